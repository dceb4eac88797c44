/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Operations on another process, which can write to its code. */
#include "compat.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

static char shared_word = 'a';

/* A process to be traced, which waits for its end. */
static pid_t start_other(void)
{
	pid_t pid = fork();

	if (pid < 0)
		give_up("fork");
	if (pid == 0) {
		for (;;)
			pause();
	}
	return pid;
}

static void end_other(pid_t pid)
{
	int error = errno;

	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	errno = error;
}

static void op_trace_me(char **words)
{
	(void)words;
	say_status(ptrace(PTRACE_TRACEME, 0, NULL, NULL));
}

static void op_attach(char **words)
{
	pid_t pid = start_other();

	(void)words;
	say_status(ptrace(PTRACE_ATTACH, pid, NULL, NULL));
	end_other(pid);
}

static void say_transfer(ssize_t size)
{
	if (size < 0 && errno == ENOSYS)
		skip("this kernel has no process_vm_readv");
	say_status(size);
}

static void op_vm_write(char **words)
{
	char text = 'b';
	const struct iovec from = { &text, 1 }, to = { &shared_word, 1 };
	pid_t pid = start_other();
	ssize_t size;

	(void)words;
	size = process_vm_writev(pid, &from, 1, &to, 1, 0);
	end_other(pid);
	say_transfer(size);
}

static void op_vm_read(char **words)
{
	char text;
	const struct iovec into = { &text, 1 }, from = { &shared_word, 1 };
	pid_t pid = start_other();
	ssize_t size;

	(void)words;
	size = process_vm_readv(pid, &into, 1, &from, 1, 0);
	end_other(pid);
	say_transfer(size);
}

static void op_get_descriptor(char **words)
{
	pid_t pid = start_other();
	long pidfd = syscall(SYS_pidfd_open, pid, 0);

	(void)words;
	say_status(syscall(SYS_pidfd_getfd, pidfd, 1, 0));
	end_other(pid);
}

static void op_open_memory(char **words)
{
	struct stat status;

	if (stat("/proc/self/mem", &status))
		give_up("/proc/self/mem");
	tell_inode(status.st_ino);
	say_status(open("/proc/self/mem", words[0][1] == 'w' ? O_RDWR : O_RDONLY));
}

const struct operation trace_operations[] = {
	{ "trace-me", 0, OP_JUDGED, op_trace_me },
	{ "attach", 0, OP_JUDGED, op_attach },
	{ "vm-write", 0, OP_JUDGED, op_vm_write },
	{ "vm-read", 0, OP_JUDGED, op_vm_read },
	{ "get-descriptor", 0, OP_JUDGED, op_get_descriptor },
	{ "open-memory", 1, OP_JUDGED, op_open_memory },
	{ 0 },
};
