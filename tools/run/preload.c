/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Preloads the shim and sees to it that it comes up. A helper that is nobody's child traces this
 * process through its next execve(2) up to the program's first instruction, by which the loader has
 * loaded everything and the shim has answered, and then lets it go.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../shim/handshake.h"
#include "../ipectl.h"
#include "../output.h"
#include "helper.h"
#include "ipe-enlighten.h"
#include "run.h"
#include "trace.h"

#define PRELOAD "LD_PRELOAD"

static bool judge_shim(const char *path)
{
	struct ipe_check check = { 0 };
	int fd = ipe_open_code(AT_FDCWD, path, &check);

	if (fd >= 0) {
		close(fd);
		return true;
	}
	if (check.reason == IPE_REASON_UNDECIDED)
		complain("run: cannot open the shim '%s': %s; install it, or use --supervise", path,
			 strerror(-fd));
	else
		complain("run: the shim '%s' is refused, so the loader would leave it out: %s: %s",
			 path, ipe_reason_name(check.reason), ipe_reason_advice(check.reason));
	return false;
}

/* Puts the shim before whatever else is to be preloaded. */
static bool set_preload(const char *path)
{
	const char *others = getenv(PRELOAD);
	char *value;
	bool set;

	if (asprintf(&value, "%s%s%s", path, others && *others ? ":" : "", others ? others : "") <
	    0)
		return false;
	set = setenv(PRELOAD, value, 1) == 0;
	free(value);
	return set;
}

/* Makes the pipe that the shim answers on, whose reading end is returned, or -1. */
static int set_handshake(void)
{
	char value[64];
	struct stat st;
	int ends[2];

	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0)
		return -1;
	if (fcntl(ends[1], F_SETFD, 0) < 0 || fstat(ends[1], &st) < 0)
		return -1;
	snprintf(value, sizeof(value), "%d:%ju", ends[1], (uintmax_t)st.st_ino);
	return setenv(IPE_HANDSHAKE_VARIABLE, value, 1) == 0 ? ends[0] : -1;
}

struct tracing {
	pid_t first;
	int answer;
	/* What its children must have mapped, or NULL. */
	const struct file_in_memory *shim;
};

static _Noreturn void trace_first(int channel, const void *argument)
{
	const struct tracing *tracing = argument;
	int error;

	/* The writing end is the program's alone. */
	keep_only(&channel, tracing->answer);
	error = begin_trace(tracing->first, tracing->shim != NULL);
	if (error < 0) {
		complain("run: cannot trace the program to see whether the shim comes up: %s; "
			 "where kernel.yama.ptrace_scope is 2 or more run it as root, or use "
			 "--supervise",
			 strerror(-error));
		_exit(1);
	}
	say_ready(channel);
	close(channel);
	trace_until_started(tracing->first, HELPER_FD + 1, tracing->shim);
}

/* Has the helper that follows this process wait for the shim's answer. */
static bool start_tracing(const struct file_in_memory *shim)
{
	struct tracing tracing = { .first = getpid(), .shim = shim };
	int channel;
	bool started;

	if (!can_stop_programs) {
		complain("run: it is not known how to stop a program of this machine at its start, "
			 "to see whether the shim comes up; use --supervise");
		return false;
	}
	tracing.answer = set_handshake();
	if (tracing.answer < 0) {
		complain("run: cannot prepare for the shim's answer: %s", strerror(errno));
		return false;
	}
	channel = spawn_helper(trace_first, &tracing);
	started = channel >= 0 && heard_from(channel);
	if (channel >= 0)
		close(channel);
	close(tracing.answer);
	if (!started)
		complain("run: nothing was run: its start could not be watched");
	return started;
}

bool start_handshake(bool children)
{
	struct file_in_memory shim;

	if (!judge_shim(shim_path))
		return false;
	if (children && !find_in_memory(shim_path, &shim)) {
		complain(
			"run: cannot tell which of the mapped files the shim is; is /proc mounted?");
		return false;
	}
	if (!set_preload(shim_path)) {
		complain("run: cannot prepare the environment: %s", strerror(errno));
		return false;
	}
	return start_tracing(children ? &shim : NULL);
}
