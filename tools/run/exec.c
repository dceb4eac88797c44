/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A program is about to be executed, which the kernel judges itself. If it is an interpreter, the code
 * among its arguments, in its environment and on its standard input is judged here, and what is
 * refused is not executed. The kernel reads all of that once more; whoever could change it in between
 * runs code in the process that executes, and needs no interpreter.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <unistd.h>

#include "code_sources.h"
#include "process_words.h"
#include "supervisor.h"

/* The same open file that the program will have as standard input; -1 if it has none. */
static int take_standard_input(const struct request *request)
{
	const char *process = status_line(request->status, "Tgid:");
	int pidfd = process ? pidfd_open(atoi(process), 0) : -1;
	int fd = pidfd < 0 ? -1 : pidfd_getfd(pidfd, STDIN_FILENO, 0);

	if (pidfd >= 0)
		close(pidfd);
	return fd;
}

/* Takes a verdict on the code at a place; false if it is refused. */
static bool take_verdict(struct request *request, const char *where, int error)
{
	if (error == 0 && request->check.verdict == IPE_ALLOW)
		return true;
	request->refused_code = where;
	return false;
}

static bool judge_standard_input(struct request *request)
{
	int fd = take_standard_input(request);
	int error;

	if (fd < 0)
		return true;
	error = ipe_check_stdin(fd, &request->check);
	close(fd);
	/* Nothing can be read from it. */
	return error == -EBADF || take_verdict(request, "standard input", error);
}

static bool judge_words(struct request *request, const char *program, const struct words *arguments,
			const struct words *environment)
{
	struct code_sources *code = malloc(sizeof(*code));
	const char *where;
	bool allowed = false;

	if (!code)
		return take_verdict(request, "an argument", -ENOMEM);
	find_code_sources(program, arguments->count, arguments->list, environment->list, code);
	where = code->sources.inline_code;
	allowed = (!where || take_verdict(request, where, ipe_check_inline(&request->check))) &&
		  (!code->sources.stdin_code || judge_standard_input(request));
	free(code);
	return allowed;
}

/* The loader as a program runs the one that one of its arguments names. */
static bool judge_loaded(struct request *request, const struct words *arguments,
			 const struct words *environment)
{
	for (int i = 1; i < arguments->count; i++) {
		const struct words rest = { .list = arguments->list + i,
					    .count = arguments->count - i };

		if (!judge_words(request, rest.list[0], &rest, environment))
			return false;
	}
	return true;
}

static int judge_interpreter(struct request *request, const char *program)
{
	const size_t width = request->narrow ? sizeof(uint32_t) : sizeof(uint64_t);
	struct words arguments = { 0 }, environment = { 0 };
	bool allowed = true;
	int error = read_words_of_memory(request->tid, request->argv, width, &arguments);

	if (error == 0)
		error = read_words_of_memory(request->tid, request->envp, width, &environment);
	if (error == 0 && arguments.count > 0)
		allowed = is_loader(program)
				  ? judge_loaded(request, &arguments, &environment)
				  : judge_words(request, program, &arguments, &environment);
	free_words(&environment);
	free_words(&arguments);
	return allowed ? error : -EACCES;
}

/* What the file is called that is executed, whatever link leads to it: 0 or a negative errno. */
static int find_program(struct request *request, char ret[static PATH_MAX])
{
	char link[64];
	int fd = request->start;

	if (request->path[0] != '\0') {
		open_for(request);
		fd = request->fd;
	}
	if (fd < 0)
		return fd;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	return read_name(link, ret) ? 0 : -EACCES;
}

int judge_execution(struct request *request)
{
	char program[PATH_MAX];
	int error = find_program(request, program);

	if (error < 0)
		return error;
	return may_have_code(program) || is_loader(program) ? judge_interpreter(request, program)
							    : 0;
}
