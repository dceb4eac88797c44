/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Load of a script of 10 kB against its check and one read. */
#include <unistd.h>

#include "bench.h"

#define SIZE 10240

static int fd;
static char buf[SIZE + 1];

static void ours(void)
{
	struct ipe_check check;
	size_t len;

	if (ipe_load_fd(fd, buf, sizeof(buf), &len, &check) < 0 || len != SIZE)
		bench_give_up("load");
}

static void theirs(void)
{
	bench_check(fd);
	if (pread(fd, buf, sizeof(buf), 0) != SIZE)
		bench_give_up("read");
}

int main(void)
{
	fd = bench_new_file(SIZE);
	return bench_run(&(struct bench){ "load", 1.25, ours, theirs, 50 });
}
