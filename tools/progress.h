/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IPECTL_PROGRESS_H
#define IPECTL_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

/* A bar on standard error, if that is a terminal and once the work has taken a while. */
struct progress {
	const char *unit;
	struct timespec begun;
	bool terminal;
	bool shown;
};

struct progress start_progress(const char *unit);
void show_progress(struct progress *progress, size_t done, size_t total);
void end_progress(struct progress *progress);

/* When to show it again, by CLOCK_MONOTONIC. */
struct timespec next_progress(void);

#endif
