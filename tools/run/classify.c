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
#include "supervisor.h"

#define READ_STEP ((size_t)4096)
/* More than the kernel has room for in arguments and environment together. */
#define TEXT_MAX ((size_t)8 << 20)

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

/* Reads a file of the thread's folder to its end, with a NUL behind it; to be freed. */
static char *read_all(const struct request *request, const char *name, size_t *len)
{
	int fd = openat(request->proc, name, O_RDONLY | O_CLOEXEC);
	char *text = NULL;
	size_t size = 0;
	ssize_t got = fd < 0 ? -1 : 1;

	*len = 0;
	while (got > 0) {
		if (size - *len <= READ_STEP) {
			char *grown =
				size < TEXT_MAX ? realloc(text, 2 * size + 2 * READ_STEP) : NULL;

			if (!grown)
				break;
			text = grown;
			size = 2 * size + 2 * READ_STEP;
		}
		got = TEMP_FAILURE_RETRY(read(fd, text + *len, READ_STEP));
		*len += got > 0 ? (size_t)got : 0;
	}
	if (fd >= 0)
		close(fd);
	if (got != 0) {
		free(text);
		return NULL;
	}
	text[*len] = '\0';
	return text;
}

/* The words of a text in which each ends with a NUL, and their number; to be freed. */
static char **split(char *text, size_t len, int *count)
{
	size_t number = 0;
	char **words;

	for (size_t at = 0; at < len; at += strlen(text + at) + 1)
		number++;
	words = calloc(number + 1, sizeof(*words));
	*count = 0;
	for (size_t at = 0; words && at < len; at += strlen(text + at) + 1)
		words[(*count)++] = text + at;
	return words;
}

struct words {
	char *text;
	char **list;
	int count;
};

static bool read_words(const struct request *request, const char *name, struct words *ret)
{
	size_t len;

	*ret = (struct words){ .text = read_all(request, name, &len) };
	if (ret->text)
		ret->list = split(ret->text, len, &ret->count);
	return ret->list != NULL;
}

static void free_words(struct words *words)
{
	free(words->list);
	free(words->text);
}

/* What the file is called now, whatever link led to it. */
static bool read_name(const char *link, char ret[static PATH_MAX])
{
	ssize_t len = readlink(link, ret, PATH_MAX - 1);

	ret[len < 0 ? 0 : len] = '\0';
	return len >= 0;
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

	if (code->sources.any_file || is_named(code, request->path))
		return true;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", request->fd);
	return !read_name(link, name) || is_named(code, name);
}

static bool interprets(const struct request *request, const char *program,
		       const struct words *arguments, const struct words *environment)
{
	struct code_sources *code = malloc(sizeof(*code));
	bool found = true;

	if (code) {
		find_code_sources(program, arguments->count, arguments->list, environment->list,
				  code);
		found = sources_name(request, code) ||
			(!(code->rules->traits & IPE_NO_INTERPRETER) &&
			 begins_as_code(request->fd));
	}
	free(code);
	return found;
}

static bool is_loader(const char *program)
{
	const char *name = ipe_last_part(program);

	return strncmp(name, "ld-", 3) == 0 || strncmp(name, "ld.so", 5) == 0;
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
	if (read_words(request, "cmdline", &arguments) &&
	    read_words(request, "environ", &environment) && read_name(link, program))
		code = interprets(request, program, &arguments, &environment) ||
		       (is_loader(program) && loads_interpreter(request, &arguments, &environment));
	free_words(&environment);
	free_words(&arguments);
	return code;
}
