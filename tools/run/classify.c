/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Code or data? Asked only of what the kernel refuses. The thread's program, arguments and
 * environment are read as the shim reads its own. In a program that is no interpreter that we know,
 * names and first bytes count.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../shim/words.h"
#include "code_sources.h"
#include "data.h"
#include "process_words.h"
#include "program.h"
#include "supervisor.h"

static const struct {
	const char *bytes;
	size_t len;
} beginnings[] = {
	{ "#!", 2 },
	{ "\033Lua", 4 },
	{ "\033LJ", 3 },
	{ "<?php", 5 },
};

static bool begins_as_code(int fd)
{
	char head[8] = "";
	ssize_t len = pread(fd, head, sizeof(head), 0);

	for (size_t i = 0; i < sizeof(beginnings) / sizeof(beginnings[0]); i++)
		if (len >= (ssize_t)beginnings[i].len &&
		    memcmp(head, beginnings[i].bytes, beginnings[i].len) == 0)
			return true;
	return false;
}

/*
 * Whether a line of /proc/PID/maps is of the loader's code, with the address in it. That of musl is the
 * whole C library.
 */
static bool has_loader(const char *line, uint64_t address)
{
	unsigned long start, end;
	char executable;
	int path = 0;

	return sscanf(line, "%lx-%lx %*c%*c%c%*c %*x %*s %*u %n", &start, &end, &executable,
		      &path) == 3 &&
	       path > 0 && executable == 'x' && start <= address && address < end &&
	       is_loader(line + path) && strncmp(ipe_last_part(line + path), "ld-musl", 7) != 0;
}

/* Told by who calls: what a file begins with is for its writer to say. */
static bool is_called_by_loader(const struct request *request)
{
	int fd = openat(request->proc, "maps", O_RDONLY | O_CLOEXEC);
	FILE *maps = fd < 0 ? NULL : fdopen(fd, "r");
	char *line = NULL;
	size_t size = 0;
	bool found = false;

	while (maps && !found && getline(&line, &size, maps) > 0)
		found = has_loader(line, request->caller);
	free(line);
	if (maps)
		fclose(maps);
	else if (fd >= 0)
		close(fd);
	return found;
}

/* The kernel's policy allows it, and nobody gives execute permission to what the loader reads. */
static bool is_for_loader(const struct request *request)
{
	return request->check.reason == IPE_REASON_NO_EXECUTE_BIT && is_called_by_loader(request);
}

static bool has_name(const struct code_sources *code, const char *path)
{
	const char *name = ipe_last_part(path);

	return ipe_names_has(&code->sources.files, name, strlen(name));
}

static bool has_own_suffix(const struct code_sources *code, const char *path)
{
	const char *dot = strrchr(ipe_last_part(path), '.');

	return dot && ipe_has_word(code->rules->suffixes, dot);
}

typedef bool (*name_test)(const struct code_sources *code, const char *path);

/* Asks of the path that was opened, and of where its links led. */
static bool is_called(const struct request *request, const struct code_sources *code,
		      name_test test)
{
	char link[64], name[PATH_MAX];

	if (test(code, request->path))
		return true;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", request->fd);
	return !read_name(link, name) || test(code, name);
}

static bool is_allowed_copy(const struct request *request, const struct code_sources *code)
{
	struct ipe_check check = { 0 };

	return ipe_sources_has_copy(code->rules, &code->sources, request->path) &&
	       ipe_check_inline(&check) == 0 && check.verdict == IPE_ALLOW;
}

/* In a program that interprets, whatever is not proven to be data. */
static bool is_interpreted(const struct request *request, const struct code_sources *code,
			   const struct words *arguments, const struct words *environment)
{
	/* How it opens code, where that differs from how it opens data. */
	uint64_t flags = code_flags(code->rules);

	if (is_history(request, code, environment))
		return true;
	if (is_changed_or_operand(request, code, arguments))
		return false;
	if (is_called(request, code, has_code_suffix))
		return true;
	if (is_called_by_loader(request))
		return false;
	if (flags == ANY_FLAGS)
		return true;
	return flags ? request->how.flags & flags : !is_called_as_data(request, code);
}

static bool is_code_of_unknown(const struct request *request, const struct code_sources *code,
			       const struct program *program)
{
	if (!is_called(request, code, has_name) && !is_called(request, code, has_code_suffix) &&
	    !begins_as_code(request->fd))
		return false;
	if (!ipe_unknown_is_data())
		return true;
	report_unknown(program->name);
	return false;
}

static bool is_code_for(const struct request *request, const struct code_sources *code,
			const struct program *program, const struct words *arguments,
			const struct words *environment)
{
	const unsigned int traits = code->rules->traits;

	if (is_allowed_copy(request, code))
		return false;
	if (code->sources.any_file && !is_for_loader(request))
		return true;
	if (code->rules == &ipe_unknown_rules)
		return is_code_of_unknown(request, code, program);
	if (is_called(request, code, has_name))
		return true;
	if (traits & (IPE_NO_INTERPRETER | IPE_INCLUDES_NOTHING))
		return false;
	if (traits & IPE_INCLUDES_OWN_SUFFIXES)
		return is_called(request, code, has_own_suffix);
	return is_interpreted(request, code, arguments, environment);
}

static bool interprets(const struct request *request, const struct program *program,
		       const struct words *arguments, const struct words *environment)
{
	struct code_sources *code = malloc(sizeof(*code));
	bool found = true;

	if (code) {
		find_sources_of(program, arguments, environment, code);
		found = is_code_for(request, code, program, arguments, environment);
	}
	free(code);
	return found;
}

/* The loader as a program runs the one that one of its arguments names. */
static bool loads_interpreter(const struct request *request, const struct words *arguments,
			      const struct words *environment)
{
	struct program program;

	for (int i = 1; i < arguments->count; i++) {
		const struct words rest = { .list = arguments->list + i,
					    .count = arguments->count - i };

		look_at_argument(request, rest.list[0], &program);
		if (interprets(request, &program, &rest, environment))
			return true;
	}
	return false;
}

static int look_at_program_of(const struct request *request, struct program *ret)
{
	char link[64];
	int fd, error;

	snprintf(link, sizeof(link), "/proc/%d/exe", request->tid);
	fd = open(link, O_PATH | O_CLOEXEC);
	error = fd < 0 ? -errno : look_at_program(fd, ret);
	if (fd >= 0)
		close(fd);
	return error;
}

/* What cannot be read may well say that it is code. */
bool is_code(const struct request *request)
{
	struct words arguments = { 0 }, environment = { 0 };
	struct program program;
	bool code = true;

	if (read_words(request->proc, "cmdline", &arguments) &&
	    read_words(request->proc, "environ", &environment) &&
	    look_at_program_of(request, &program) == 0)
		code = interprets(request, &program, &arguments, &environment) ||
		       (is_loader(program.name) &&
			loads_interpreter(request, &arguments, &environment));
	free_words(&environment);
	free_words(&arguments);
	return code;
}
