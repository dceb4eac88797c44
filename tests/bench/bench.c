/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"

#define PAIRS	401
#define WARM_UP 40

void bench_give_up(const char *why)
{
	fprintf(stderr, "bench: %s: %s\n", why, strerror(errno));
	exit(2);
}

/* So that neither migration nor the other processor's clock comes between the two. */
static void pin(void)
{
	cpu_set_t one;
	int cpu = sched_getcpu();

	CPU_ZERO(&one);
	CPU_SET(cpu < 0 ? 0 : (size_t)cpu, &one);
	sched_setaffinity(0, sizeof(one), &one);
}

static double time_batch(void (*call)(void), unsigned int calls)
{
	struct timespec start, end;

	clock_gettime(CLOCK_MONOTONIC_RAW, &start);
	for (unsigned int i = 0; i < calls; i++)
		call();
	clock_gettime(CLOCK_MONOTONIC_RAW, &end);
	return ((double)(end.tv_sec - start.tv_sec) * 1e6 +
		(double)(end.tv_nsec - start.tv_nsec) / 1e3) /
	       calls;
}

static int by_value(const void *a, const void *b)
{
	double left = *(const double *)a, right = *(const double *)b;

	return (left > right) - (left < right);
}

static double median(double *values)
{
	qsort(values, PAIRS, sizeof(*values), by_value);
	return values[PAIRS / 2];
}

int bench_run(const struct bench *bench)
{
	static double ours[PAIRS], theirs[PAIRS], ratios[PAIRS];
	double ratio;

	pin();
	for (int i = 0; i < WARM_UP; i++) {
		time_batch(bench->ours, bench->calls);
		time_batch(bench->theirs, bench->calls);
	}
	for (int i = 0; i < PAIRS; i++) {
		/* Whoever comes second may find the cache warmer. */
		if (i % 2)
			ours[i] = time_batch(bench->ours, bench->calls);
		theirs[i] = time_batch(bench->theirs, bench->calls);
		if (i % 2 == 0)
			ours[i] = time_batch(bench->ours, bench->calls);
		ratios[i] = ours[i] / theirs[i];
	}
	ratio = median(ratios);
	printf("%-12s %6.3f  bar %.2f  %-4s  %.2f us against %.2f us\n", bench->name, ratio,
	       bench->bar, ratio <= bench->bar ? "ok" : "over", median(ours), median(theirs));
	return EXIT_SUCCESS;
}

void bench_bare_calls(int fd)
{
	struct stat st;
	void *address;

	if (fstat(fd, &st) < 0 || prctl(PR_GET_SECUREBITS) < 0)
		bench_give_up("the bare calls");
	address = mmap(NULL, 1, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0);
	if (address == MAP_FAILED || munmap(address, 1) < 0)
		bench_give_up("the bare calls");
}

void bench_check(int fd)
{
	struct ipe_check check;

	if (ipe_check_fd(fd, &check) < 0 || check.verdict != IPE_ALLOW)
		bench_give_up("the file to measure with is refused");
}

int bench_new_file(unsigned int size)
{
	char name[] = "/tmp/ipe-bench-XXXXXX";
	int writer = mkstemp(name), fd = open(name, O_RDONLY | O_CLOEXEC);
	char *text = calloc(1, size + 1);

	if (writer < 0 || fd < 0 || !text || unlink(name) < 0 || fchmod(writer, 0755) < 0 ||
	    write(writer, text, size) != (ssize_t)size)
		bench_give_up("a file to measure with");
	free(text);
	close(writer);
	return fd;
}
