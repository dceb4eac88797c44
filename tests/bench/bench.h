/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the benchmarks share: two ways to the same end, timed side by side. */
#ifndef IPE_BENCH_H
#define IPE_BENCH_H

#include "ipe-enlighten.h"

/*
 * struct bench - what to measure
 * @name: how the figure is called
 * @bar: the ratio of @ours to @theirs that is still good
 * @ours: does it by the library
 * @theirs: does it by hand
 * @calls: how often either is done in one batch; a batch should take some hundred microseconds
 */
struct bench {
	const char *name;
	double bar;
	void (*ours)(void);
	void (*theirs)(void);
	unsigned int calls;
};

/* Prints a line with name, ratio and bar. Returns the exit status: 0 whatever the ratio is. */
int bench_run(const struct bench *bench);

/* Ends the program, saying why nothing can be measured. */
void bench_give_up(const char *why) __attribute__((noreturn));

/* What check of a descriptor consists of. */
void bench_bare_calls(int fd);

/* Judges @fd, and gives up if it is refused: a refusal takes another time. */
void bench_check(int fd);

/* A new file of @size bytes without a name, open for reading alone. */
int bench_new_file(unsigned int size);

#endif
