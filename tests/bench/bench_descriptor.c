/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Check of one descriptor against the four bare calls that it consists of. */
#include "bench.h"

static int fd;

static void ours(void)
{
	bench_check(fd);
}

static void theirs(void)
{
	bench_bare_calls(fd);
}

int main(void)
{
	fd = bench_new_file(1000);
	return bench_run(&(struct bench){ "descriptor", 1.05, ours, theirs, 100 });
}
