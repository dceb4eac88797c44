/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a supervised process pays against one that is not: for an open for reading, for one that is
 * not supervised, and for a call that the filter lets through. Each is done by a child of its own.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bench.h"

#define CALLS 200

/* The work is done by this very program, which is told by one letter what to do. */
static struct worker {
	int to;
	int from;
} supervised, plain;

static char letter;

static void do_once(char what)
{
	int fd = -1;

	if (what == 'r')
		fd = open("/etc/passwd", O_RDONLY | O_CLOEXEC);
	else if (what == 'p')
		fd = open("/etc/passwd", O_PATH | O_CLOEXEC);
	else
		syscall(SYS_getppid);
	if (fd >= 0)
		close(fd);
	else if (what != 'o')
		bench_give_up("opening /etc/passwd");
}

static int serve(void)
{
	char what;

	while (read(STDIN_FILENO, &what, 1) == 1) {
		for (int i = 0; i < CALLS; i++)
			do_once(what);
		if (write(STDOUT_FILENO, &what, 1) != 1)
			return 1;
	}
	return 0;
}

static void start(struct worker *worker, const char *ipectl, const char *self)
{
	int to[2], from[2];

	if (pipe2(to, O_CLOEXEC) < 0 || pipe2(from, O_CLOEXEC) < 0)
		bench_give_up("a worker");
	if (fork() == 0) {
		dup2(to[0], STDIN_FILENO);
		dup2(from[1], STDOUT_FILENO);
		if (ipectl)
			execl(ipectl, ipectl, "run", "--supervise", "--", self, "serve",
			      (char *)NULL);
		else
			execl(self, self, "serve", (char *)NULL);
		bench_give_up("starting a worker");
	}
	close(to[0]);
	close(from[1]);
	*worker = (struct worker){ to[1], from[0] };
}

static void ask(const struct worker *worker)
{
	char answer;

	if (write(worker->to, &letter, 1) != 1 || read(worker->from, &answer, 1) != 1)
		bench_give_up("a worker that has ended");
}

static void ours(void)
{
	ask(&supervised);
}

static void theirs(void)
{
	ask(&plain);
}

int main(int argc, char **argv)
{
	const char *build = getenv("BENCH_BUILD");
	char ipectl[4096], self[4096] = "";

	if (argc > 1 && strcmp(argv[1], "serve") == 0)
		return serve();
	if (!build || readlink("/proc/self/exe", self, sizeof(self) - 1) < 0)
		bench_give_up("BENCH_BUILD, which tests/bench/run sets");
	snprintf(ipectl, sizeof(ipectl), "%s/tools/ipectl", build);
	start(&supervised, ipectl, self);
	start(&plain, NULL, self);
	letter = 'r';
	bench_run(&(struct bench){ "run-open", 80, ours, theirs, 1 });
	letter = 'p';
	bench_run(&(struct bench){ "run-o-path", 1.5, ours, theirs, 1 });
	letter = 'o';
	return bench_run(&(struct bench){ "run-other", 2.0, ours, theirs, 1 });
}
