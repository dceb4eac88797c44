/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Before the program's first instruction: what it is, where its code comes from, and may it run. */
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../libipe-enlighten/raw.h"
#include "first.h"
#include "judged.h"
#include "next.h"
#include "preload.h"
#include "profile.h"
#include "program.h"
#include "shim.h"
#include "words.h"

#define STATUS_REFUSED 126

void ipe_shim_refuse_program(void)
{
	for (;;)
		ipe_raw(SYS_exit_group, STATUS_REFUSED, 0, 0, 0, 0, 0);
}

static void find_rules(int *argc, char ***argv)
{
	char path[PATH_MAX];

	if (!ipe_program_path(path, sizeof(path))) {
		ipe_shim.sources.any_file = true;
		ipe_shim.sources.inline_code = "a program whose name cannot be told";
		return;
	}
	ipe_shim.rules = ipe_find_rules_of_command(ipe_last_part(path), argc, argv);
}

static void add_known_names(void)
{
	const char *suffixes = ipe_shim.rules->suffixes;
	struct ipe_word word;

	ipe_sources_of_start(ipe_shim.rules, &ipe_shim.sources);
	while (ipe_next_word(&suffixes, &word))
		if (!ipe_names_add(&ipe_shim.suffixes, word.start, word.len))
			ipe_shim.sources.any_file = true;
}

/* A shell follows its standard input to another file, as "exec < FILE" makes it. */
static bool may_turn_to_another_file(void)
{
	struct stat st = { 0 };

	return ipe_shim.rules->traits & IPE_SHELL && ipe_shim.sources.stdin_code &&
	       ipe_raw(SYS_fstat, STDIN_FILENO, (long)&st, 0, 0, 0, 0) == 0 && S_ISREG(st.st_mode);
}

static bool is_first(void)
{
	const char *object = ipe_object_in_front();

	if (object)
		ipe_shim_report_other(object, "in-front",
				      "It takes the place of functions that are to be judged; "
				      "remove it from LD_PRELOAD, or put libipe-shim.so first.");
	return !object;
}

static bool may_start(const struct ipe_sources *sources)
{
	if (sources->inline_code && !ipe_host_allows_inline(sources->inline_code))
		return false;
	if (sources->stdin_code && !ipe_host_allows_stdin(STDIN_FILENO, "standard input"))
		return false;
	for (size_t i = 0; i < sources->descriptor_count; i++)
		if (!ipe_shim_allows_descriptor(sources->descriptors[i]))
			return false;
	return true;
}

__attribute__((constructor(101))) static void start(int argc, char **argv, char **envp)
{
	ipe_report_note_standard_error();
	if (!is_first())
		ipe_shim_refuse_program();
	ipe_next();
	ipe_preload_find(envp);
	find_rules(&argc, &argv);
	ipe_sources_of_arguments(ipe_shim.rules, argc, argv, &ipe_shim.sources);
	ipe_sources_of_environment(ipe_shim.rules, envp, &ipe_shim.sources);
	add_known_names();
	if (!ipe_judged_load() || may_turn_to_another_file())
		ipe_shim.sources.any_file = true;
	ipe_profile_load(envp);
	ipe_shim_install_hosts();
	ipe_shim.ready = true;
	if (!may_start(&ipe_shim.sources))
		ipe_shim_refuse_program();
	ipe_shim_answer_launcher(envp);
}
