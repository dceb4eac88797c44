/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdio.h>
#include <unistd.h>

#include "progress.h"

#define DELAY_NS  500000000LL
#define PERIOD_NS 100000000LL
#define SECOND_NS 1000000000LL
#define BAR_WIDTH 40U

static struct timespec now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time;
}

static long long elapsed_ns(const struct timespec *since)
{
	struct timespec time = now();

	return (time.tv_sec - since->tv_sec) * SECOND_NS + time.tv_nsec - since->tv_nsec;
}

struct progress start_progress(const char *unit)
{
	return (struct progress){
		.unit = unit,
		.begun = now(),
		.terminal = isatty(STDERR_FILENO) == 1,
	};
}

void show_progress(struct progress *progress, size_t done, size_t total)
{
	size_t filled = total ? done * BAR_WIDTH / total : 0;
	char bar[BAR_WIDTH + 1];

	if (!progress->terminal || elapsed_ns(&progress->begun) < DELAY_NS)
		return;
	for (size_t i = 0; i < BAR_WIDTH; i++)
		bar[i] = i < filled ? '#' : '.';
	bar[BAR_WIDTH] = '\0';
	fprintf(stderr, "\r[%s] %zu of %zu %s", bar, done, total, progress->unit);
	progress->shown = true;
}

void end_progress(struct progress *progress)
{
	/* Back to the start of the line, and erase it. */
	if (progress->shown)
		fputs("\r\033[K", stderr);
}

struct timespec next_progress(void)
{
	struct timespec time = now();

	time.tv_nsec += PERIOD_NS;
	if (time.tv_nsec >= SECOND_NS) {
		time.tv_nsec -= SECOND_NS;
		time.tv_sec++;
	}
	return time;
}
