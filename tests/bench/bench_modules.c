/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Opening and checking 200 modules against the same calls made by hand. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench.h"

#define MODULES 200

static char directory[] = "/tmp/ipe-bench-XXXXXX";
static char names[MODULES][64];

static void ours(void)
{
	struct ipe_check check;

	for (int i = 0; i < MODULES; i++) {
		int fd = ipe_open_code(AT_FDCWD, names[i], &check);

		if (fd < 0)
			bench_give_up(names[i]);
		close(fd);
	}
}

static void theirs(void)
{
	for (int i = 0; i < MODULES; i++) {
		int fd = open(names[i], O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

		if (fd < 0)
			bench_give_up(names[i]);
		bench_bare_calls(fd);
		close(fd);
	}
}

static void remove_modules(void)
{
	for (int i = 0; i < MODULES; i++)
		unlink(names[i]);
	rmdir(directory);
}

int main(void)
{
	if (!mkdtemp(directory))
		bench_give_up(directory);
	atexit(remove_modules);
	for (int i = 0; i < MODULES; i++) {
		snprintf(names[i], sizeof(names[i]), "%s/module-%d.lua", directory, i);
		close(open(names[i], O_WRONLY | O_CREAT | O_CLOEXEC, 0755));
	}
	return bench_run(&(struct bench){ "modules", 1.05, ours, theirs, 1 });
}
