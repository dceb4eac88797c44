/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A program is about to be executed, which the kernel judges itself. If it is an interpreter, the code
 * among its arguments, in its environment and on its standard input is judged here, and what is
 * refused is not executed. The kernel reads all of that once more; whoever could change it in between
 * runs code in the process that executes, and needs no interpreter.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "process_words.h"
#include "program.h"
#include "run.h"
#include "script.h"
#include "supervisor.h"

/* The same open file that the program will have as a descriptor, or a negative errno: -EBADF if it has none. */
static int take_descriptor(const struct request *request, int number)
{
	const char *process = status_line(request->status, "Tgid:");
	int pidfd = process ? pidfd_open(atoi(process), 0) : -1;
	int fd = -ESRCH;

	if (process && pidfd < 0)
		return -errno;
	if (pidfd < 0)
		return fd;
	fd = pidfd_getfd(pidfd, number, 0);
	if (fd < 0)
		fd = -errno;
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
	int fd = take_descriptor(request, STDIN_FILENO);
	int error = fd < 0 ? fd : ipe_check_stdin(fd, &request->check);

	if (fd >= 0)
		close(fd);
	/* Nothing can be read from it. */
	return error == -EBADF || take_verdict(request, "standard input", error);
}

static bool judge_descriptor(struct request *request, int number)
{
	int fd = take_descriptor(request, number);
	int error = fd < 0 ? fd : ipe_check_fd(fd, &request->check);

	if (fd >= 0)
		close(fd);
	return error == -EBADF || take_verdict(request, "a descriptor", error);
}

/* Not a directory or /dev/null, nor an eventfd and its like, which have no type. */
static bool can_hold_code(int folder, const char *name)
{
	struct stat st;

	if (fstatat(folder, name, &st, 0) < 0)
		return true;
	if (S_ISCHR(st.st_mode))
		return st.st_rdev != makedev(1, 3);
	return S_ISREG(st.st_mode) || S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode) ||
	       S_ISBLK(st.st_mode);
}

/* False if one of those that the process has is refused, or if they cannot be listed. */
static bool judge_all_descriptors(struct request *request)
{
	const char *process = status_line(request->status, "Tgid:");
	char path[sizeof("/proc//fd") + 16];
	struct dirent *entry;
	bool allowed = true;
	DIR *folder;

	snprintf(path, sizeof(path), "/proc/%d/fd", process ? atoi(process) : 0);
	folder = opendir(path);
	if (!folder)
		return take_verdict(request, "a descriptor", -errno);
	while (allowed && (entry = readdir(folder)))
		if (entry->d_name[0] != '.' && atoi(entry->d_name) > STDERR_FILENO &&
		    can_hold_code(dirfd(folder), entry->d_name))
			allowed = judge_descriptor(request, atoi(entry->d_name));
	closedir(folder);
	return allowed;
}

/* Interpreters that are told /dev/fd/N may read that descriptor without opening anything. */
static bool judge_descriptors(struct request *request, const struct ipe_sources *sources)
{
	for (size_t i = 0; i < sources->descriptor_count; i++)
		if (!judge_descriptor(request, sources->descriptors[i]))
			return false;
	return !sources->any_descriptor || judge_all_descriptors(request);
}

/* A shell whose script is a file on standard input turns to another by "exec <&N". */
static bool may_turn_to_another(struct request *request, const struct code_sources *code)
{
	struct stat st = { 0 };
	int fd = -1;

	/* It takes them without opening anything that could be answered. */
	if (code->rules->traits & IPE_TAKES_DESCRIPTORS)
		return true;
	if (!(code->rules->traits & IPE_SHELL) || !code->sources.stdin_code)
		return false;
	fd = take_descriptor(request, STDIN_FILENO);
	if (fd < 0)
		return fd != -EBADF;
	if (fstat(fd, &st) < 0)
		st.st_mode = S_IFREG;
	close(fd);
	return S_ISREG(st.st_mode);
}

/* PHP's own name for a descriptor, which can stand in a setting. */
static bool judge_streams(struct request *request, const struct words *arguments)
{
	static const char stream[] = "php://fd/";

	for (int i = 1; i < arguments->count; i++) {
		const char *at = strcasestr(arguments->list[i], stream);

		if (at && !judge_descriptor(request, atoi(at + sizeof(stream) - 1)))
			return false;
	}
	return true;
}

static bool judge_words(struct request *request, const struct program *program,
			const struct words *arguments, const struct words *environment)
{
	struct code_sources *code = malloc(sizeof(*code));
	char room[IPE_INLINE_TEXT_MAX];
	const char *where;
	bool allowed = false;

	if (!code)
		return take_verdict(request, "an argument", -ENOMEM);
	find_sources_of(program, arguments, environment, code);
	code->sources.any_descriptor |= may_turn_to_another(request, code);
	where = ipe_sources_inline_text(&code->sources, room);
	allowed = (!where || take_verdict(request, where, ipe_check_inline(&request->check))) &&
		  (!code->sources.stdin_code || judge_standard_input(request)) &&
		  judge_descriptors(request, &code->sources) &&
		  (!is_interpreter(code, "php") || judge_streams(request, arguments));
	free(code);
	return allowed;
}

/* The loader as a program runs the one that one of its arguments names. */
static bool judge_loaded(struct request *request, const struct words *arguments,
			 const struct words *environment)
{
	struct program program;

	for (int i = 1; i < arguments->count; i++) {
		const struct words rest = { .list = arguments->list + i,
					    .count = arguments->count - i };

		look_at_argument(request, rest.list[0], &program);
		if (!judge_words(request, &program, &rest, environment))
			return false;
	}
	return true;
}

static bool judge_program(struct request *request, int fd, const struct words *arguments,
			  const struct words *environment)
{
	struct program program;
	int error = look_at_program(fd, &program);

	if (error < 0)
		return take_verdict(request, "a program", error);
	if (is_loader(program.name))
		return judge_loaded(request, arguments, environment);
	return (!program.unknown && !may_have_code(program.name)) ||
	       judge_words(request, &program, arguments, environment);
}

/* A path and what says that it begins at a descriptor. */
#define SCRIPT_PATH_MAX (PATH_MAX + 32)

static bool read_head(int fd, struct script *ret)
{
	int again = open_again(fd);
	ssize_t len = again < 0 ? -1 : pread(again, ret->head, sizeof(ret->head), 0);

	if (again >= 0)
		close(again);
	return len > 0;
}

/* How the kernel names a script to its interpreter. */
static void name_script(const struct request *request, char ret[static SCRIPT_PATH_MAX])
{
	const char *path = request->path;

	if (request->dir == AT_FDCWD || *path == '/')
		snprintf(ret, SCRIPT_PATH_MAX, "%s", path);
	else
		snprintf(ret, SCRIPT_PATH_MAX, "/dev/fd/%d%s%s", request->dir, *path ? "/" : "",
			 path);
}

/* Goes from scripts to their interpreters, up to a program. Takes @fd over. */
static bool judge_file(struct request *request, int fd, struct words *arguments,
		       const struct words *environment)
{
	char path[SCRIPT_PATH_MAX];
	bool allowed = true;

	name_script(request, path);
	/* More often than that the kernel does not do it. */
	for (int i = 0; fd >= 0 && i < WORDS_FRONT_MAX; i++) {
		struct script script = { .head = "" };

		if (!read_head(fd, &script) || !parse_script(&script)) {
			allowed = judge_program(request, fd, arguments, environment);
			break;
		}
		close(fd);
		if (!take_interpreter(arguments, &script, path))
			return take_verdict(request, "an argument", -ENOMEM);
		snprintf(path, sizeof(path), "%s", script.interpreter);
		fd = open_path_for(request, path);
	}
	if (fd >= 0)
		close(fd);
	return allowed;
}

static int judge_with_words(struct request *request, int fd)
{
	const size_t width = request->narrow ? sizeof(uint32_t) : sizeof(uint64_t);
	struct words arguments = { 0 }, environment = { 0 };
	bool allowed = true;
	int error = read_words_of_memory(request->tid, request->argv, width, &arguments);

	if (error == 0)
		error = read_words_of_memory(request->tid, request->envp, width, &environment);
	if (error == 0)
		allowed = judge_file(request, fd, &arguments, &environment);
	else
		close(fd);
	free_words(&environment);
	free_words(&arguments);
	return allowed ? error : -EACCES;
}

int judge_execution(struct request *request)
{
	int fd;

	if (request->path[0] != '\0')
		open_for(request);
	else
		request->fd = dup(request->start);
	fd = request->fd;
	request->fd = 0;
	return fd < 0 ? fd : judge_with_words(request, fd);
}
