/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Code that the environment names or holds. */
#include <string.h>

#include "sources.h"
#include "words.h"

#define OPTIONS_ROOM 4096
#define OPTIONS_MAX  256

/* The descriptor that a path of /dev/fd or /proc/self/fd names, or -1. */
static int descriptor_of(const char *path, size_t len)
{
	static const char *const folders[] = { "/dev/fd/", "/proc/self/fd/" };
	int fd = -1;

	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		size_t at = strlen(folders[i]);

		if (len <= at || len > at + 9 || memcmp(path, folders[i], at) != 0)
			continue;
		for (fd = 0; at < len && path[at] >= '0' && path[at] <= '9'; at++)
			fd = fd * 10 + (path[at] - '0');
		return at == len ? fd : -1;
	}
	return fd;
}

static void add_descriptor(struct ipe_sources *sources, int fd)
{
	if (fd < 0)
		return;
	if (sources->descriptor_count == IPE_DESCRIPTORS_MAX)
		sources->inline_code = "more than one descriptor";
	else
		sources->descriptors[sources->descriptor_count++] = fd;
}

void ipe_sources_add_file(struct ipe_sources *sources, const char *path, size_t len)
{
	size_t name = len;

	add_descriptor(sources, descriptor_of(path, len));
	while (name > 0 && path[name - 1] != '/')
		name--;
	if (!ipe_names_add(&sources->files, path + name, len - name))
		sources->any_file = true;
}

static bool is_expanded(const char *value)
{
	return strstr(value, "$(") || strstr(value, "${") || strchr(value, '`');
}

/* Shells expand the path in ENV and in BASH_ENV. */
static void add_expanded_file(struct ipe_sources *sources, const char *value)
{
	if (is_expanded(value))
		sources->inline_code = "a variable of the environment";
	if (strpbrk(ipe_last_part(value), "$`~*?[\\"))
		sources->any_file = true;
	ipe_sources_add_file(sources, value, strlen(value));
}

static void add_files(struct ipe_sources *sources, const char *list)
{
	struct ipe_word word;

	while (ipe_next_word(&list, &word))
		ipe_sources_add_file(sources, word.start, word.len);
}

static void add_options(const struct ipe_rules *rules, struct ipe_sources *sources,
			const char *options)
{
	char room[OPTIONS_ROOM];
	char *words[OPTIONS_MAX];
	struct ipe_word word;
	size_t used = 0;
	int count = 0;

	while (ipe_next_word(&options, &word)) {
		if (word.len + 1 > sizeof(room) - used || count == OPTIONS_MAX) {
			sources->any_file = true;
			sources->inline_code = "a variable of the environment";
			return;
		}
		words[count++] = memcpy(&room[used], word.start, word.len);
		used += word.len;
		room[used++] = '\0';
	}
	ipe_sources_of_options(rules, words, count, sources);
}

static void add_variable(const struct ipe_rules *rules, enum ipe_variable kind, const char *value,
			 struct ipe_sources *sources)
{
	bool is_code = false;

	if (!*value)
		return;
	switch (kind) {
	case IPE_VARIABLE_FILE:
		add_expanded_file(sources, value);
		break;
	case IPE_VARIABLE_FILES:
		add_files(sources, value);
		break;
	case IPE_VARIABLE_CODE:
		is_code = true;
		break;
	case IPE_VARIABLE_CODE_OR_FILE:
		is_code = *value != '@';
		if (!is_code)
			ipe_sources_add_file(sources, value + 1, strlen(value + 1));
		break;
	case IPE_VARIABLE_EXPANDED:
		is_code = is_expanded(value);
		break;
	case IPE_VARIABLE_OPTIONS:
		add_options(rules, sources, value);
		break;
	case IPE_VARIABLE_PROMPT:
		sources->stdin_code = true;
		break;
	}
	if (is_code)
		sources->inline_code = "a variable of the environment";
}

/* @known is a name of the table with its colon and kind. */
static bool is_variable(const struct ipe_word *known, const char *name, size_t len)
{
	size_t known_len = known->len - 2;

	if (known->start[known_len - 1] == '*')
		return len >= known_len - 1 && memcmp(known->start, name, known_len - 1) == 0;
	return len == known_len && memcmp(known->start, name, len) == 0;
}

void ipe_sources_of_environment(const struct ipe_rules *rules, char **envp, struct ipe_sources *ret)
{
	for (; *envp; envp++) {
		const char *list = rules->variables;
		const char *value = strchr(*envp, '=');
		struct ipe_word word;

		while (value && ipe_next_word(&list, &word))
			if (is_variable(&word, *envp, (size_t)(value - *envp)))
				add_variable(rules, (enum ipe_variable)word.start[word.len - 1],
					     value + 1, ret);
	}
}
