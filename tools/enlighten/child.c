/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SECONDS_MAX 120

/* Where nothing is to be read; an image may have no devices. */
static int open_nothing(void)
{
	int fd = open("/dev/null", O_RDONLY);
	int ends[2];

	if (fd >= 0 || pipe(ends) < 0)
		return fd;
	close(ends[1]);
	return ends[0];
}

static _Noreturn void become_child(void (*act)(const void *argument), const void *argument,
				   int output)
{
	const char *path = getenv("PATH");
	int null = open_nothing();
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (null >= 0 && dup2(null, STDIN_FILENO) >= 0 && dup2(output, STDOUT_FILENO) >= 0 &&
	    dup2(output, STDERR_FILENO) >= 0) {
		char *kept = path ? strdup(path) : NULL;

		clearenv();
		if (kept)
			setenv("PATH", kept, 1);
		act(argument);
	}
	_exit(CHILD_NOT_FOUND);
}

static long seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec;
}

/* To the end of the output, of which a start is kept. */
static void read_output(int output, pid_t child, struct child_result *ret)
{
	const long end = seconds() + SECONDS_MAX;
	struct pollfd ready = { .fd = output, .events = POLLIN };
	char more[4096];
	size_t kept = 0;
	ssize_t len = 1;

	while (len > 0) {
		size_t room = sizeof(ret->output) - 1 - kept;

		if (seconds() >= end || poll(&ready, 1, 1000 * SECONDS_MAX) == 0)
			kill(child, SIGKILL);
		len = TEMP_FAILURE_RETRY(read(output, more, sizeof(more)));
		if (len > 0 && (size_t)len < room)
			room = (size_t)len;
		if (len > 0)
			memcpy(ret->output + kept, more, room);
		kept += len > 0 ? room : 0;
	}
	ret->output[kept] = '\0';
}

static void take_line(struct child_result *ret)
{
	size_t len = strcspn(ret->output, "\n");

	if (len >= sizeof(ret->line))
		len = sizeof(ret->line) - 1;
	memcpy(ret->line, ret->output, len);
	ret->line[len] = '\0';
	for (char *c = ret->line; *c; c++)
		if (*c < ' ' || *c > '~')
			*c = '?';
}

bool run_child(void (*act)(const void *argument), const void *argument, struct child_result *ret)
{
	int ends[2];
	pid_t child;

	*ret = (struct child_result){ 0 };
	if (pipe2(ends, O_CLOEXEC) < 0)
		return false;
	child = fork();
	if (child == 0)
		become_child(act, argument, ends[1]);
	close(ends[1]);
	if (child > 0) {
		read_output(ends[0], child, ret);
		TEMP_FAILURE_RETRY(waitpid(child, &ret->status, 0));
		take_line(ret);
	}
	close(ends[0]);
	return child > 0;
}
