/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "code_sources.h"

#include <string.h>

#include "../../shim/words.h"

static bool is_busybox(const char *name)
{
	return strncmp(name, "busybox", 7) == 0;
}

/* busybox is what it is called, or what its first argument says. */
static const char *name_of_program(const char *program, int *argc, char ***argv)
{
	const char *name = ipe_last_part(program);

	if (!is_busybox(name) || *argc == 0)
		return name;
	name = ipe_last_part(**argv);
	if (is_busybox(name) && *argc > 1) {
		(*argc)--;
		(*argv)++;
		name = ipe_last_part(**argv);
	}
	return name;
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
	add_names(ret);
}

bool has_code_suffix(const struct code_sources *code, const char *name)
{
	const char *dot = strrchr(name, '.');

	return dot && !(code->rules->traits & IPE_NO_INTERPRETER) &&
	       (ipe_has_word(code->rules->suffixes, dot) ||
		ipe_has_word(ipe_unknown_rules.suffixes, dot));
}
