/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Code or data? Asked only of what the kernel refuses. The thread's program, arguments and
 * environment are read as the shim reads its own; then names and first bytes count.
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
#include "process_words.h"
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

/* Whether a line of /proc/PID/maps is of the loader's code, with the address in it. */
static bool has_loader(const char *line, uint64_t address)
{
	unsigned long start, end;
	char executable;
	int path = 0;

	return sscanf(line, "%lx-%lx %*c%*c%c%*c %*x %*s %*u %n", &start, &end, &executable,
		      &path) == 3 &&
	       path > 0 && executable == 'x' && start <= address && address < end &&
	       is_loader(line + path);
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

static bool is_named(const struct code_sources *code, const char *path)
{
	const char *name = ipe_last_part(path);

	return ipe_names_has(&code->sources.files, name, strlen(name)) ||
	       has_code_suffix(code, name);
}

static bool sources_name(const struct request *request, const struct code_sources *code)
{
	char link[64], name[PATH_MAX];

	if (is_named(code, request->path))
		return true;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", request->fd);
	return !read_name(link, name) || is_named(code, name);
}

/* How an interpreter opens its code, where that differs from how it opens data. */
static bool opens_as_code(const struct request *request, const struct code_sources *code)
{
	uint64_t flags = code_flags(code->rules);

	if (code->sources.any_file)
		return true;
	return flags && (flags == ANY_FLAGS || (request->how.flags & flags));
}

static bool is_allowed_copy(const struct request *request, const struct code_sources *code)
{
	struct ipe_check check = { 0 };

	return ipe_sources_has_copy(code->rules, &code->sources, request->path) &&
	       ipe_check_inline(&check) == 0 && check.verdict == IPE_ALLOW;
}

static bool interprets(const struct request *request, const char *program,
		       const struct words *arguments, const struct words *environment)
{
	struct code_sources *code = malloc(sizeof(*code));
	bool found = true;

	if (code) {
		find_code_sources(program, arguments->count, arguments->list, environment->list,
				  code);
		found = (sources_name(request, code) ||
			 (!is_for_loader(request) && opens_as_code(request, code)) ||
			 (!(code->rules->traits & IPE_NO_INTERPRETER) &&
			  begins_as_code(request->fd))) &&
			!is_allowed_copy(request, code);
	}
	free(code);
	return found;
}

/* The loader as a program runs the one that one of its arguments names. */
static bool loads_interpreter(const struct request *request, const struct words *arguments,
			      const struct words *environment)
{
	for (int i = 1; i < arguments->count; i++) {
		const struct words rest = { .list = arguments->list + i,
					    .count = arguments->count - i };

		if (interprets(request, rest.list[0], &rest, environment))
			return true;
	}
	return false;
}

/* What cannot be read may well say that it is code. */
bool is_code(const struct request *request)
{
	struct words arguments = { 0 }, environment = { 0 };
	char link[64], program[PATH_MAX];
	bool code = true;

	snprintf(link, sizeof(link), "/proc/%d/exe", request->tid);
	if (read_words(request->proc, "cmdline", &arguments) &&
	    read_words(request->proc, "environ", &environment) && read_name(link, program))
		code = interprets(request, program, &arguments, &environment) ||
		       (is_loader(program) && loads_interpreter(request, &arguments, &environment));
	free_words(&environment);
	free_words(&arguments);
	return code;
}
