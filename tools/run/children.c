/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Follows all that a command starts: each program is stopped at its first instruction, and goes on only
 * if the shim is mapped there. Whatever way it was started makes no difference, nor what else would
 * have been its environment.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include "run.h"
#include "trace.h"

/* One that was executed and has not begun. */
struct child {
	struct child *next;
	pid_t pid;
	struct started started;
	unsigned long breakpoint;
	long before;
};

static struct child *children;
static struct file_in_memory shim;

static struct child **find(pid_t pid)
{
	struct child **child = &children;

	while (*child && (*child)->pid != pid)
		child = &(*child)->next;
	return child;
}

static void forget(struct child **child)
{
	struct child *gone = *child;

	if (!gone)
		return;
	*child = gone->next;
	free(gone);
}

static void kill_program(const char *path, pid_t pid, const char *why)
{
	explain_not_run(path, why);
	kill(pid, SIGKILL);
}

static void handle_exec(pid_t pid)
{
	struct child *child;
	unsigned long next;

	forget(find(pid));
	child = calloc(1, sizeof(*child));
	if (!child) {
		kill_program("a program", pid, "there is no memory to look at it");
		return;
	}
	child->pid = pid;
	if (look_at_started(pid, &child->started) < 0 || get_instruction(pid, &next) < 0) {
		kill_program(child->started.path, pid,
			     "the supervisor of its start cannot look at it; use --supervise");
		free(child);
		return;
	}
	child->breakpoint = child->started.obstacle ? next : child->started.entry;
	if (put_breakpoint(pid, child->breakpoint, &child->before) < 0)
		kill_program(child->started.path, pid,
			     "it cannot be stopped at its start; use --supervise");
	child->next = children;
	children = child;
}

static void refuse(const struct child *child, const char *why)
{
	explain_not_run(child->started.path, why);
	if (make_exit(child->pid, child->breakpoint, RUN_REFUSED) < 0)
		kill(child->pid, SIGKILL);
}

static void handle_breakpoint(const struct child *child)
{
	if (child->started.obstacle)
		refuse(child, child->started.obstacle);
	else if (!has_in_memory(child->pid, &shim))
		refuse(child, "the shim did not come up in it, because its environment was made "
			      "without it or its loader left it out; use --supervise");
	else if (take_breakpoint(child->pid, child->breakpoint, child->before) < 0)
		refuse(child, "it cannot be let go; use --supervise");
}

static void handle_stop(pid_t pid, int status)
{
	struct child **child = find(pid);
	int signal = WSTOPSIG(status);
	int event = status >> 16;

	if (event == PTRACE_EVENT_STOP && is_stopping(signal)) {
		ptrace(PTRACE_LISTEN, pid, 0, 0);
		return;
	}
	if (event == PTRACE_EVENT_EXEC) {
		handle_exec(pid);
	} else if (event == 0 && signal == SIGTRAP && *child &&
		   is_at_breakpoint(pid, (*child)->breakpoint)) {
		handle_breakpoint(*child);
		forget(child);
		signal = 0;
	}
	ptrace(PTRACE_CONT, pid, 0, event ? 0 : signal);
}

void follow_children(const struct file_in_memory *file)
{
	int status;
	pid_t pid;

	shim = *file;
	while ((pid = (pid_t)TEMP_FAILURE_RETRY(waitpid(-1, &status, __WALL))) > 0) {
		if (WIFSTOPPED(status))
			handle_stop(pid, status);
		else
			forget(find(pid));
	}
	_exit(0);
}
