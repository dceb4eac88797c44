/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Code or data? Asked only of what the kernel refuses. The thread's program, arguments and
 * environment are read as the shim reads its own; then names and first bytes count.
 */
#include <elf.h>
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

static bool begins_with(int fd, const char *bytes, size_t count)
{
	char head[16];

	return pread(fd, head, count, 0) == (ssize_t)count && memcmp(head, bytes, count) == 0;
}

static bool begins_as_code(int fd)
{
	for (size_t i = 0; i < sizeof(beginnings) / sizeof(beginnings[0]); i++)
		if (begins_with(fd, beginnings[i].bytes, beginnings[i].len))
			return true;
	return false;
}

/* The kernel's policy allows it, and nobody gives execute permission to what the loader reads. */
static bool is_for_loader(const struct request *request)
{
	return request->check.reason == IPE_REASON_NO_EXECUTE_BIT &&
	       (begins_with(request->fd, ELFMAG, SELFMAG) ||
		begins_with(request->fd, "glibc-ld.so.cach", 16));
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
