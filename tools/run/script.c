/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Scripts that are executed, as the kernel's fs/binfmt_script.c has them. */
#include "script.h"

#include <stdlib.h>
#include <string.h>

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* The first that is no blank, or @end. */
static char *skip_blanks(char *at, const char *end)
{
	while (at < end && is_blank(*at))
		at++;
	return at;
}

/* The first blank or NUL, or @end. */
static char *skip_word(char *at, const char *end)
{
	while (at < end && *at && !is_blank(*at))
		at++;
	return at;
}

/* Where the line ends; NULL if the interpreter's name may go on behind what was read. */
static char *find_end(char *head)
{
	char *limit = head + SCRIPT_HEAD - 1;
	char *end = memchr(head, '\n', strnlen(head, SCRIPT_HEAD));
	char *last;

	if (end)
		return end;
	last = skip_word(skip_blanks(head + 2, limit), limit);
	return *last && !is_blank(*last) ? NULL : limit;
}

bool parse_script(struct script *ret)
{
	char *end, *name, *argument;

	if (ret->head[0] != '#' || ret->head[1] != '!')
		return false;
	end = find_end(ret->head);
	if (!end)
		return false;
	while (end > ret->head + 2 && is_blank(end[-1]))
		end--;
	name = skip_blanks(ret->head + 2, end);
	if (name == end)
		return false;
	*end = '\0';
	argument = skip_word(name, end);
	ret->interpreter = name;
	ret->argument = NULL;
	if (*argument) {
		*argument = '\0';
		argument = skip_blanks(argument + 1, end);
		ret->argument = argument < end ? argument : NULL;
	}
	return true;
}

bool take_interpreter(struct words *arguments, const struct script *script, const char *path)
{
	const char *const front[] = { script->interpreter, script->argument, path };
	size_t left = arguments->count > 1 ? (size_t)arguments->count - 1 : 0;
	size_t size = strlen(path) + 1 + sizeof(script->head);
	char **list = calloc(left + 4, sizeof(*list));
	char *text = malloc(size), *at = text;
	int count = 0;

	if (!list || !text) {
		free(list);
		free(text);
		return false;
	}
	for (size_t i = 0; i < sizeof(front) / sizeof(front[0]); i++) {
		if (!front[i])
			continue;
		list[count++] = strcpy(at, front[i]);
		at += strlen(at) + 1;
	}
	for (size_t i = 0; i < left; i++)
		list[count++] = arguments->list[i + 1];
	free(arguments->list);
	arguments->list = list;
	arguments->count = count;
	arguments->front[arguments->front_count++] = text;
	return true;
}
