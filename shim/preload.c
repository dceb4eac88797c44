/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "preload.h"

#include <alloca.h>
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "room.h"
#include "shim.h"
#include "words.h"

#define VARIABLE     "LD_PRELOAD"
#define VARIABLE_LEN (sizeof(VARIABLE "=") - 1)

/* More of the stack than this is not taken. */
#define ENVIRONMENT_MAX (1024 * 1024)

/* What stands for the shim in the variable; empty if it came otherwise. */
static char entry[PATH_MAX] IPE_ROOM;

static const char *value_of(const char *variable)
{
	bool found = strncmp(variable, VARIABLE "=", VARIABLE_LEN) == 0;

	return found ? variable + VARIABLE_LEN : NULL;
}

/* The last one counts, as for the loader. */
static const char *find_value(char *const envp[])
{
	const char *value = NULL;

	for (; envp && *envp; envp++)
		value = value_of(*envp) ? value_of(*envp) : value;
	return value;
}

static bool is_separator(char c)
{
	return c == ' ' || c == ':';
}

/* The next object of a list as the loader reads it; false at its end. */
static bool next_object(const char **list, struct ipe_word *ret)
{
	const char *start = *list, *end;

	while (is_separator(*start))
		start++;
	for (end = start; *end && !is_separator(*end);)
		end++;
	*ret = (struct ipe_word){ start, (size_t)(end - start) };
	*list = end;
	return ret->len > 0;
}

static bool names_entry(const char *list)
{
	struct ipe_word object;
	size_t len = strlen(entry);

	while (list && next_object(&list, &object))
		if (object.len == len && memcmp(object.start, entry, len) == 0)
			return true;
	return false;
}

static bool is_object(const struct ipe_word *object, const char *name)
{
	size_t len = strlen(name);

	return object->len >= len && memcmp(object->start + object->len - len, name, len) == 0 &&
	       (object->len == len || object->start[object->len - len - 1] == '/');
}

void ipe_preload_find(char **envp)
{
	const char *list = find_value(envp);
	struct ipe_word object;
	Dl_info self;

	if (!list || !dladdr(entry, &self))
		return;
	while (next_object(&list, &object)) {
		if (!is_object(&object, ipe_last_part(self.dli_fname)))
			continue;
		/* As it stands there it may mean another file in another directory. */
		if (memchr(object.start, '/', object.len) && *object.start != '/') {
			if (!realpath(self.dli_fname, entry))
				entry[0] = '\0';
		} else if (object.len < sizeof(entry)) {
			memcpy(entry, object.start, object.len);
		}
		return;
	}
}

static size_t count(char *const envp[])
{
	size_t n = 0;

	while (envp && envp[n])
		n++;
	return n;
}

long ipe_preload_with(char *const envp[], long (*call)(char *const envp[], void *data), void *data)
{
	const char *list = find_value(envp);
	size_t len = strlen(entry);
	size_t list_len = list ? strlen(list) : 0;
	size_t n = count(envp), copied = 0;
	char **copy, *variable;

	if (!*entry || names_entry(list))
		return call(envp, data);
	if ((n + 2) * sizeof(*copy) + VARIABLE_LEN + len + list_len + 2 > ENVIRONMENT_MAX)
		return -E2BIG;
	copy = alloca((n + 2) * sizeof(*copy));
	variable = alloca(VARIABLE_LEN + len + list_len + 2);
	memcpy(variable, VARIABLE "=", VARIABLE_LEN);
	memcpy(variable + VARIABLE_LEN, entry, len + 1);
	if (list) {
		variable[VARIABLE_LEN + len] = ':';
		memcpy(variable + VARIABLE_LEN + len + 1, list, list_len + 1);
	}
	copy[copied++] = variable;
	for (size_t i = 0; i < n; i++)
		if (!value_of(envp[i]))
			copy[copied++] = envp[i];
	copy[copied] = NULL;
	return call(copy, data);
}

static long put(char *const envp[], void *data)
{
	const char *value = find_value(envp);

	(void)data;
	if (value && value != find_value(environ))
		return setenv(VARIABLE, value, 1);
	return 0;
}

void ipe_preload_restore(void)
{
	ipe_preload_with(environ, put, NULL);
}
