/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "trace.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../shim/handshake.h"
#include "../output.h"
#include "run.h"

struct trace {
	pid_t pid;
	int answer;
	const struct file_in_memory *shim;
	struct started started;
	bool executed;
	unsigned long breakpoint;
	long before;
};

int begin_trace(pid_t pid, bool children)
{
	unsigned long options = PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL;

	if (children)
		options |= PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE;
	return ptrace(PTRACE_SEIZE, pid, 0, options) == 0 ? 0 : -errno;
}

void explain_not_run(const char *path, const char *why)
{
	fputs("ipectl: run: not run: '", stderr);
	print_escaped(stderr, path, strlen(path));
	fprintf(stderr, "': %s\n", why);
}

static void explain(const struct trace *trace, const char *why)
{
	explain_not_run(trace->started.path, why);
}

/* What cannot be told to exit is killed, by the end of its tracer. */
static _Noreturn void give_up_program(const struct trace *trace, const char *why)
{
	explain(trace, why);
	if (make_exit(trace->pid, trace->breakpoint, RUN_REFUSED) == 0)
		ptrace(PTRACE_DETACH, trace->pid, 0, 0);
	_exit(0);
}

static void stop_at(struct trace *trace, unsigned long address)
{
	int error = put_breakpoint(trace->pid, address, &trace->before);

	if (error < 0) {
		explain(trace, "it cannot be stopped at its start; use --supervise");
		_exit(0);
	}
	trace->breakpoint = address;
}

/* The program is loaded, and nothing of it has run. */
static void handle_exec(struct trace *trace)
{
	unsigned long next;
	int error = look_at_started(trace->pid, &trace->started);

	if (error == 0)
		error = get_instruction(trace->pid, &next);
	if (error < 0) {
		explain(trace, "the supervisor of its start cannot look at it; use --supervise");
		_exit(0);
	}
	trace->executed = true;
	stop_at(trace, trace->started.obstacle ? next : trace->started.entry);
}

static bool has_answered(int answer)
{
	char byte;

	return read(answer, &byte, 1) == 1 && byte == IPE_HANDSHAKE_BYTE;
}

static _Noreturn void handle_breakpoint(struct trace *trace)
{
	if (trace->started.obstacle)
		give_up_program(trace, trace->started.obstacle);
	if (!has_answered(trace->answer))
		give_up_program(trace,
				"the shim did not come up in it: its loader left it out, see the "
				"line above if there is one; use --supervise");
	if (take_breakpoint(trace->pid, trace->breakpoint, trace->before) < 0)
		give_up_program(trace, "it cannot be let go; use --supervise");
	if (trace->shim) {
		close(trace->answer);
		ptrace(PTRACE_CONT, trace->pid, 0, 0);
		follow_children(trace->shim);
	}
	ptrace(PTRACE_DETACH, trace->pid, 0, 0);
	_exit(0);
}

bool is_stopping(int signal)
{
	return signal == SIGSTOP || signal == SIGTSTP || signal == SIGTTIN || signal == SIGTTOU;
}

static void handle_stop(struct trace *trace, int status)
{
	int signal = WSTOPSIG(status);
	int event = status >> 16;

	if (event == PTRACE_EVENT_EXEC) {
		handle_exec(trace);
		signal = 0;
	} else if (event == PTRACE_EVENT_STOP && is_stopping(signal)) {
		/* It stays stopped until it is continued, as it would without a tracer. */
		ptrace(PTRACE_LISTEN, trace->pid, 0, 0);
		return;
	} else if (event != 0) {
		signal = 0;
	} else if (signal == SIGTRAP && trace->executed &&
		   is_at_breakpoint(trace->pid, trace->breakpoint)) {
		handle_breakpoint(trace);
	}
	ptrace(PTRACE_CONT, trace->pid, 0, signal);
}

void trace_until_started(pid_t pid, int answer, const struct file_in_memory *shim)
{
	struct trace trace = { .pid = pid, .answer = answer, .shim = shim };
	int status;

	while (TEMP_FAILURE_RETRY(waitpid(pid, &status, __WALL)) == pid && WIFSTOPPED(status))
		handle_stop(&trace, status);
	if (WIFSIGNALED(status) && trace.executed)
		explain(&trace,
			"it was killed while it was being loaded, with the shim or before it");
	_exit(0);
}
