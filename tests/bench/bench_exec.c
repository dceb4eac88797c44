/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Check of one descriptor against AT_EXECVE_CHECK, the other way to ask the kernel (Linux 6.14). */
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bench.h"

#ifndef AT_EXECVE_CHECK
#define AT_EXECVE_CHECK 0x10000
#endif

static int fd;

static void ours(void)
{
	bench_check(fd);
}

static void theirs(void)
{
	static const char *const argv[] = { "", NULL }, *const envp[] = { NULL };

	if (syscall(SYS_execveat, fd, "", argv, envp, AT_EMPTY_PATH | AT_EXECVE_CHECK) < 0)
		bench_give_up("AT_EXECVE_CHECK");
}

int main(void)
{
	fd = bench_new_file(1000);
	return bench_run(&(struct bench){ "exec", 0.35, ours, theirs, 30 });
}
