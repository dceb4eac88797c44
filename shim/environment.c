/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Code that the environment names or holds. */
#include <string.h>

#include "sources.h"
#include "split.h"
#include "words.h"

#define WORD_LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789"
#define NAME_LETTERS WORD_LETTERS "+-./"
/* What stands for something else in a path that a shell expands. */
#define EXPANDED "$`~*?[\\"

/* "$NAME[" is a subscript, and "$[" is arithmetic: both can have a command in them. */
static bool has_subscript(const char *value)
{
	while ((value = strchr(value, '$'))) {
		value++;
		if (value[strspn(value, WORD_LETTERS)] == '[')
			return true;
	}
	return false;
}

static bool is_expanded(const char *value)
{
	return strstr(value, "$(") || strstr(value, "${") || strchr(value, '`') ||
	       has_subscript(value);
}

/* Where the folder in front of it is expanded, and may be one of descriptors. */
static bool may_be_descriptor(const char *name)
{
	return (*name && strchr(" \t\n\v\f\r+-0123456789", *name)) || strcmp(name, "stdin") == 0 ||
	       strcmp(name, "stdout") == 0 || strcmp(name, "stderr") == 0;
}

/*
 * Shells expand the path in ENV and in BASH_ENV. One that takes standard input for such a file without an
 * open is interactive, and reads it in any case.
 */
static void add_expanded_file(struct ipe_sources *sources, const char *value)
{
	const char *name = ipe_last_part(value);

	if (is_expanded(value))
		sources->inline_code = "a variable of the environment";
	if (strpbrk(name, EXPANDED) || (strpbrk(value, EXPANDED) && may_be_descriptor(name))) {
		sources->any_file = true;
		sources->any_descriptor = true;
	}
	ipe_sources_add_file(sources, value, strlen(value));
}

static void add_files(struct ipe_sources *sources, const char *list)
{
	struct ipe_word word;

	while (ipe_next_word(&list, &word))
		ipe_sources_add_file(sources, word.start, word.len);
}

/* A word without a dash is an option all the same; of make only the first, if it assigns nothing. */
static bool lacks_dash(enum ipe_variable kind, char **words, int at)
{
	if (words[at][0] == '-' || kind == IPE_VARIABLE_QUOTED_OPTIONS)
		return false;
	return kind == IPE_VARIABLE_OPTIONS || (at == 0 && !strchr(words[at], '='));
}

static void add_options(const struct ipe_rules *rules, enum ipe_variable kind, const char *value,
			struct ipe_sources *sources)
{
	struct ipe_split split;

	if (!ipe_split(&split, kind, value)) {
		ipe_sources_add_any(sources);
		sources->inline_code = "a variable of the environment";
		return;
	}
	if (kind == IPE_VARIABLE_ARGUMENTS) {
		ipe_sources_of_words(rules, split.words, split.count, sources);
		return;
	}
	/* There is room for a dash in front of each word. */
	for (int i = 0; i < split.count; i++)
		if (lacks_dash(kind, split.words, i))
			*--split.words[i] = '-';
	ipe_sources_of_options(rules, split.words, split.count, sources);
}

/* gawk takes what begins with /dev for one of its own names, and opens nothing. */
static void add_folders(struct ipe_sources *sources, const char *list)
{
	for (const char *at = list; at; at = strchr(at, ':')) {
		at += *at == ':';
		if (strncmp(at, "/dev", strlen("/dev")) == 0) {
			sources->any_descriptor = true;
			sources->stdin_code = true;
		}
	}
}

static bool is_code(enum ipe_variable kind, const char *value)
{
	if (kind == IPE_VARIABLE_EXPANDED)
		return is_expanded(value);
	return kind != IPE_VARIABLE_COMMAND || value[strspn(value, NAME_LETTERS)];
}

static void add_code(struct ipe_sources *sources, enum ipe_variable kind, const char *value)
{
	if (is_code(kind, value))
		sources->inline_code = "a variable of the environment";
	sources->debugger_is_set |= kind == IPE_VARIABLE_DEBUGGER;
	sources->any_file |= sources->debugs && sources->debugger_is_set;
}

static void add_code_or_file(struct ipe_sources *sources, const char *value)
{
	if (*value == '@')
		ipe_sources_add_file(sources, value + 1, strlen(value + 1));
	else
		sources->inline_code = "a variable of the environment";
}

static bool is_dropped(enum ipe_variable kind, const char *value)
{
	return kind == IPE_VARIABLE_DROPPED ||
	       (kind == IPE_VARIABLE_DROPPED_WITH_SLASH && strchr(value, '/'));
}

static void add_variable(const struct ipe_rules *rules, enum ipe_variable kind, const char *value,
			 struct ipe_sources *sources)
{
	switch (kind) {
	case IPE_VARIABLE_HARMLESS:
	case IPE_VARIABLE_ARCHIVES:
		break;
	case IPE_VARIABLE_FILE:
		add_expanded_file(sources, value);
		break;
	case IPE_VARIABLE_FILES:
		add_files(sources, value);
		break;
	case IPE_VARIABLE_FOLDERS:
		add_folders(sources, value);
		break;
	case IPE_VARIABLE_CODE_OR_FILE:
		add_code_or_file(sources, value);
		break;
	case IPE_VARIABLE_DROPPED:
	case IPE_VARIABLE_DROPPED_WITH_SLASH:
		sources->any_file |= is_dropped(kind, value);
		break;
	case IPE_VARIABLE_OPTIONS:
	case IPE_VARIABLE_QUOTED_OPTIONS:
	case IPE_VARIABLE_ESCAPED_OPTIONS:
	case IPE_VARIABLE_ARGUMENTS:
		add_options(rules, kind, value, sources);
		break;
	case IPE_VARIABLE_PROMPT:
		sources->stdin_code = true;
		break;
	case IPE_VARIABLE_CODE:
	case IPE_VARIABLE_EXPANDED:
	case IPE_VARIABLE_COMMAND:
	case IPE_VARIABLE_DEBUGGER:
	case IPE_VARIABLE_UNKNOWN:
		add_code(sources, kind, value);
	}
}

static bool holds_options(const struct ipe_entry *entry)
{
	return entry && entry->kind >= IPE_VARIABLE_OPTIONS &&
	       entry->kind <= IPE_VARIABLE_ARGUMENTS;
}

/* By the whole name, and if there is none such, by the longest beginning of it. */
static const struct ipe_entry *find_variable(const struct ipe_rules *rules, const char *name,
					     size_t len)
{
	const struct ipe_entry *entry = ipe_find_entry(&rules->variables, name, len);
	const struct ipe_entry *found = NULL;

	if (entry || rules->prefixes.count == 0)
		return entry;
	entry = ipe_first_entry(&rules->prefixes, "", 0);
	for (; entry < ipe_last_entry(&rules->prefixes); entry++) {
		size_t prefix = strlen(ipe_entry_text(entry));

		if (prefix <= len && memcmp(ipe_entry_text(entry), name, prefix) == 0)
			found = entry;
	}
	return found;
}

/* Files that bind the keys of a prompt to text, which is then typed into it. */
static bool is_key_bindings(const struct ipe_rules *rules, const char *name, size_t len)
{
	return rules->traits & IPE_READS_STDIN &&
	       ((len == strlen("INPUTRC") && strncmp(name, "INPUTRC", len) == 0) ||
		(len == strlen("EDITRC") && strncmp(name, "EDITRC", len) == 0));
}

void ipe_sources_of_variable(const struct ipe_rules *rules, const char *name, size_t len,
			     const char *value, struct ipe_sources *ret)
{
	const char *before = ret->inline_code;
	const struct ipe_entry *entry;

	if (!*value)
		return;
	if (is_key_bindings(rules, name, len))
		add_expanded_file(ret, value);
	entry = find_variable(rules, name, len);
	if (entry)
		add_variable(rules, (enum ipe_variable)entry->kind, value, ret);
	if (ret->inline_code != before && ret->inline_named != ret->inline_code)
		ipe_sources_set_inline(ret,
				       holds_options(entry)
					       ? "options in a variable of the environment"
					       : ret->inline_code,
				       name, len);
}

void ipe_sources_of_environment(const struct ipe_rules *rules, char **envp, struct ipe_sources *ret)
{
	if (rules->variables.count == 0 && rules->prefixes.count == 0 &&
	    !(rules->traits & IPE_READS_STDIN))
		return;
	for (; *envp; envp++) {
		const char *value = strchr(*envp, '=');

		if (value)
			ipe_sources_of_variable(rules, *envp, (size_t)(value - *envp), value + 1,
						ret);
	}
}

void ipe_drop_variables(const struct ipe_rules *rules, char **envp)
{
	char **kept = envp;

	for (; *envp; envp++) {
		size_t len = strcspn(*envp, "=");
		const struct ipe_entry *entry = find_variable(rules, *envp, len);

		if (!entry || !(*envp)[len] ||
		    !is_dropped((enum ipe_variable)entry->kind, *envp + len + 1))
			*kept++ = *envp;
	}
	*kept = NULL;
}
