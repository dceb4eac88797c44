/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "code_sources.h"

#include <fcntl.h>
#include <string.h>

#include "../../shim/words.h"
#include "run.h"

static void add_archives(const char *path, struct code_sources *code)
{
	while (*path) {
		size_t len = strcspn(path, ":");

		ipe_sources_add_file(&code->sources, path, len);
		path += len + (path[len] == ':');
	}
}

/* Archives that python imports from, which others read as data. */
static void find_archives(char **envp, struct code_sources *code)
{
	for (; *envp; envp++) {
		size_t len = strcspn(*envp, "=");
		const struct ipe_entry *known = ipe_find_entry(&code->rules->variables, *envp, len);

		if (known && known->kind == IPE_VARIABLE_ARCHIVES && (*envp)[len])
			add_archives(*envp + len + 1, code);
	}
}

void find_code_sources(const char *program, int argc, char **argv, char **envp,
		       struct code_sources *ret)
{
	memset(ret, 0, sizeof(*ret));
	ret->rules = ipe_find_rules_of_command(ipe_last_part(program), &argc, &argv);
	ipe_sources_of_arguments(ret->rules, argc, argv, envp, &ret->sources);
	ipe_sources_of_environment(ret->rules, envp, &ret->sources);
	find_archives(envp, ret);
	ipe_sources_of_start(ret->rules, &ret->sources);
	ipe_sources_of_library(ret->rules, &ret->sources);
}

bool may_have_code(const char *program)
{
	const struct ipe_rules *rules = ipe_find_rules(ipe_last_part(program));

	return rules != &ipe_unknown_rules && !(rules->traits & IPE_NO_INTERPRETER);
}

const char *interpreter_name(const char *program)
{
	return ipe_find_rules(program)->name;
}

bool are_same_interpreter(const char *one, const char *other)
{
	return ipe_find_rules(one) == ipe_find_rules(other);
}

bool is_interpreter(const struct code_sources *code, const char *name)
{
	return ipe_has_word(code->rules->name, name);
}

uint64_t code_flags(const struct ipe_rules *rules)
{
	switch (rules->opens) {
	case IPE_OPENS_CODE_ALONE:
		return ANY_FLAGS;
	case IPE_OPENS_CODE_WITH_CLOEXEC:
		return O_CLOEXEC;
	case IPE_OPENS_CODE_WITH_NONBLOCK:
		return O_NONBLOCK;
	case IPE_OPENS_ALIKE:
		break;
	}
	return 0;
}

bool has_code_suffix(const struct code_sources *code, const char *name)
{
	const char *dot = strrchr(name, '.');

	return dot && !(code->rules->traits & IPE_NO_INTERPRETER) &&
	       (ipe_has_word(code->rules->supervisor_suffixes, dot) ||
		ipe_has_word(code->rules->suffixes, dot) ||
		ipe_has_word(ipe_unknown_rules.suffixes, dot));
}
