/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "code_sources.h"

#include <fcntl.h>
#include <string.h>

#include "../../shim/words.h"

/* What only shows in how an interpreter opens a file, by its name in the rules. */
static const struct {
	const char *name;
	uint64_t flags;
	const char *suffixes;
} habits[] = {
	{ "ash", O_CLOEXEC, NULL },  { "bc", ANY_FLAGS, NULL }, { "m4", ANY_FLAGS, NULL },
	{ "make", ANY_FLAGS, NULL }, { "python", 0, ".pth" },	{ "ruby", O_NONBLOCK, NULL },
};

#define HABIT_COUNT (sizeof(habits) / sizeof(habits[0]))

static bool is_busybox(const char *name)
{
	return strncmp(name, "busybox", 7) == 0;
}

/* busybox is what it is called, or what its first argument says, which may be busybox again. */
static const char *name_of_program(const char *program, int *argc, char ***argv)
{
	const char *name = ipe_last_part(program);

	if (!is_busybox(name))
		return name;
	for (; *argc > 0; (*argc)--, (*argv)++) {
		name = ipe_last_part(**argv);
		name += *name == '-';
		if (!is_busybox(name) || *argc == 1)
			break;
	}
	return strcmp(name, "sh") == 0 ? "ash" : name;
}

/* Archives that python imports from, which others read as data. */
static void add_python_path(char **envp, struct code_sources *code)
{
	static const char variable[] = "PYTHONPATH=";

	for (; *envp && ipe_has_word(code->rules->name, "python"); envp++) {
		const char *path = *envp + sizeof(variable) - 1;

		if (strncmp(*envp, variable, sizeof(variable) - 1) != 0)
			continue;
		while (*path) {
			size_t len = strcspn(path, ":");

			ipe_sources_add_file(&code->sources, path, len);
			path += len + (path[len] == ':');
		}
	}
}

static void add_names(struct code_sources *code)
{
	const char *names = code->rules->names;
	struct ipe_word word;

	while (ipe_next_word(&names, &word))
		ipe_sources_add_file(&code->sources, word.start, word.len);
}

void find_code_sources(const char *program, int argc, char **argv, char **envp,
		       struct code_sources *ret)
{
	const char *name = name_of_program(program, &argc, &argv);

	memset(ret, 0, sizeof(*ret));
	ret->rules = ipe_find_rules(*name == '-' ? name + 1 : name);
	ipe_sources_of_arguments(ret->rules, argc, argv, &ret->sources);
	ipe_sources_of_environment(ret->rules, envp, &ret->sources);
	add_python_path(envp, ret);
	add_names(ret);
}

bool may_have_code(const char *program)
{
	const char *name = ipe_last_part(program);
	const struct ipe_rules *rules = ipe_find_rules(name);

	return is_busybox(name) ||
	       (rules != &ipe_unknown_rules && !(rules->traits & IPE_NO_INTERPRETER));
}

uint64_t code_flags(const struct ipe_rules *rules)
{
	for (size_t i = 0; i < HABIT_COUNT; i++)
		if (ipe_has_word(rules->name, habits[i].name))
			return habits[i].flags;
	return 0;
}

static bool has_habitual_suffix(const struct ipe_rules *rules, const char *suffix)
{
	for (size_t i = 0; i < HABIT_COUNT; i++)
		if (ipe_has_word(rules->name, habits[i].name))
			return ipe_has_word(habits[i].suffixes, suffix);
	return false;
}

bool has_code_suffix(const struct code_sources *code, const char *name)
{
	const char *dot = strrchr(name, '.');

	return dot && !(code->rules->traits & IPE_NO_INTERPRETER) &&
	       (has_habitual_suffix(code->rules, dot) || ipe_has_word(code->rules->suffixes, dot) ||
		ipe_has_word(ipe_unknown_rules.suffixes, dot));
}
