/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the shim costs; bench-shim starts this program under it.
 *
 * Usage:	shim-opens data NAME FILE	an open of FILE against the C library's
 *		shim-opens sniff NAME FILE	the same where a read of the first bytes is needed
 *		shim-opens code NAME FILE	the same, against the C library's and the gate
 *		shim-opens load NAME OURS THEIRS PROGRAM	PROGRAM with one object preloaded and with another
 *
 * The bars are in time, not in ratio, so the ratio that they come to is found out first.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <gnu/lib-names.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"

/*
 * Microseconds. Where first bytes are looked at that is one system call more, which by itself costs more
 * than SNIFF_BAR in many a virtual machine; then the bar is that call and DATA_OPEN_BAR.
 */
#define DATA_OPEN_BAR 0.06
#define SNIFF_BAR     0.5
#define LOAD_BAR      150.0
#define CODE_BAR      1.05

static const char *file;
static char *preload_ours, *preload_theirs, *program;

/* What is in the files of coreutils: under the name of one of them it is believed to interpret nothing. */
__attribute__((used)) static const char evidence[] =
	"GNU coreutils, www.gnu.org/software/coreutils/";

/* What the program would call without the shim. */
static int (*bare)(const char *path, int flags, ...);

static void find_bare(void)
{
	void *library = dlopen(LIBC_SO, RTLD_NOW);
	void *function = library ? dlsym(library, "open") : NULL;

	if (!function)
		bench_give_up(LIBC_SO);
	memcpy(&bare, &function, sizeof(function));
}

static int bare_open(void)
{
	return bare(file, O_RDONLY | O_CLOEXEC);
}

static void open_through_shim(void)
{
	if (close(open(file, O_RDONLY | O_CLOEXEC)) < 0)
		bench_give_up(file);
}

static void open_bare(void)
{
	if (close(bare_open()) < 0)
		bench_give_up(file);
}

/* The least of several batches, as little as anything else comes between. */
static double microseconds(void (*call)(void), unsigned int calls)
{
	double least = 1e9;

	for (int batch = 0; batch < 20; batch++) {
		struct timespec start, end;
		double took;

		clock_gettime(CLOCK_MONOTONIC_RAW, &start);
		for (unsigned int i = 0; i < calls; i++)
			call();
		clock_gettime(CLOCK_MONOTONIC_RAW, &end);
		took = ((double)(end.tv_sec - start.tv_sec) * 1e6 +
			(double)(end.tv_nsec - start.tv_nsec) / 1e3) /
		       calls;
		least = took < least ? took : least;
	}
	return least;
}

static int open_file;

static void read_first_bytes(void)
{
	char head[2];

	if (pread(open_file, head, sizeof(head), 0) < 0)
		bench_give_up(file);
}

static double sniff_bar(void)
{
	double one_call;

	open_file = bare_open();
	one_call = microseconds(read_first_bytes, 1000) + DATA_OPEN_BAR;
	close(open_file);
	return one_call > SNIFF_BAR ? one_call : SNIFF_BAR;
}

static void open_and_check(void)
{
	int fd = bare_open();

	bench_check(fd);
	close(fd);
}

static void spawn(char *preload)
{
	char *argv[] = { program, NULL };
	char *envp[] = { preload, NULL };
	pid_t child;
	int status;

	if (posix_spawn(&child, program, NULL, NULL, argv, envp) != 0 ||
	    waitpid(child, &status, 0) != child || status != 0)
		bench_give_up(program);
}

static void spawn_ours(void)
{
	spawn(preload_ours);
}

static void spawn_theirs(void)
{
	spawn(preload_theirs);
}

static char *variable(const char *path)
{
	char *text;

	if (asprintf(&text, "LD_PRELOAD=%s", path) < 0)
		bench_give_up("no memory");
	return text;
}

int main(int argc, char **argv)
{
	bool sniffs = argc == 4 && strcmp(argv[1], "sniff") == 0;

	find_bare();
	if (sniffs || (argc == 4 && strcmp(argv[1], "data") == 0)) {
		double bar;

		file = argv[3];
		bar = 1 + (sniffs ? sniff_bar() : DATA_OPEN_BAR) / microseconds(open_bare, 1000);
		return bench_run(
			&(struct bench){ argv[2], bar, open_through_shim, open_bare, 200 });
	}
	if (argc == 4 && strcmp(argv[1], "code") == 0) {
		file = argv[3];
		return bench_run(&(struct bench){ argv[2], CODE_BAR, open_through_shim,
						  open_and_check, 50 });
	}
	if (argc == 6 && strcmp(argv[1], "load") == 0) {
		double bar;

		preload_ours = variable(argv[3]);
		preload_theirs = variable(argv[4]);
		program = argv[5];
		bar = 1 + LOAD_BAR / microseconds(spawn_theirs, 20);
		return bench_run(&(struct bench){ argv[2], bar, spawn_ours, spawn_theirs, 1 });
	}
	return 2;
}
