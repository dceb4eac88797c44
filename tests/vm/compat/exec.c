/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Operations that execute a program: "ran" is what a program does that ends with 42. */
#include "compat.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* <linux/fcntl.h> of Debian 12 does not know it. */
#define AT_EXECVE_CHECK 0x10000

static char *const no_environment[] = { NULL };

static void op_exec(char **words)
{
	execve(words[0], words, environ);
	say_status(-1);
}

static void op_execveat(char **words)
{
	char *const argv[] = { words[1], NULL };
	int dir = open(words[0], O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (dir < 0)
		give_up(words[0]);
	syscall(SYS_execveat, dir, words[1], argv, no_environment, 0);
	say_status(-1);
}

static void op_fexecve(char **words)
{
	const struct target target = open_target(words[0]);
	char *const argv[] = { words[0], NULL };

	syscall(SYS_execveat, target.fd, "", argv, no_environment, AT_EMPTY_PATH);
	say_status(-1);
}

static void op_execve_check(char **words)
{
	const struct target target = open_target(words[0]);
	char *const argv[] = { words[0], NULL };
	long ret = syscall(SYS_execveat, target.fd, "", argv, no_environment,
			   AT_EMPTY_PATH | AT_EXECVE_CHECK);

	if (ret < 0 && errno == EINVAL)
		skip("this kernel has no AT_EXECVE_CHECK");
	say_status(ret);
}

int exec_status(char *word)
{
	char *const argv[] = { word, NULL };
	int status;
	pid_t pid = vfork();

	if (pid == 0) {
		execve(word, argv, no_environment);
		_exit(errno);
	}
	waitpid(pid, &status, 0);
	return WIFEXITED(status) && WEXITSTATUS(status) != 42 ? WEXITSTATUS(status) : 0;
}

const struct operation exec_operations[] = {
	{ "exec", 1, OP_JUDGED, op_exec },
	{ "execveat", 2, OP_JUDGED, op_execveat },
	{ "fexecve", 1, OP_JUDGED, op_fexecve },
	{ "execve-check", 1, OP_JUDGED, op_execve_check },
	{ 0 },
};
