/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Before the program's first instruction: what it is, where its code comes from, and may it run. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../libipe-enlighten/raw.h"
#include "builtin.h"
#include "descriptors.h"
#include "embedded.h"
#include "first.h"
#include "judged.h"
#include "next.h"
#include "preload.h"
#include "profile.h"
#include "program.h"
#include "room.h"
#include "shim.h"
#include "sites.h"
#include "words.h"

#define STATUS_REFUSED 126

void ipe_shim_refuse_program(void)
{
	for (;;)
		ipe_raw(SYS_exit_group, STATUS_REFUSED, 0, 0, 0, 0, 0);
}

/* An adapter that is up for the program itself: luajit has lua's. */
static bool is_of_host(const struct ipe_rules *rules)
{
	for (size_t i = 0; i < ipe_shim.host_count; i++) {
		const char *name = ipe_find_rules(ipe_shim.hosts[i].host->name)->name;

		if (*name && strncmp(rules->name, name, strcspn(name, " ")) == 0)
			return true;
	}
	return false;
}

/* The interpreter that is in the program's file. */
static const char *name_of_host(void)
{
	const void *entry = (const void *)getauxval(AT_ENTRY);

	for (size_t i = 0; i < ipe_shim.host_count; i++)
		if (ipe_is_in(&ipe_shim.hosts[i].object, entry))
			return ipe_shim.hosts[i].host->name;
	return NULL;
}

/*
 * Call sites, and what the program is by what its own file says. What travels with the program or with
 * the shim comes before what is in a folder, which a mount can hide.
 */
static bool load_sites(char *ret_name)
{
	const char *builtin = ipe_builtin_name();
	bool fits = true;

	if (!ipe_profile_of_note(ret_name))
		fits = ipe_builtin_sites();
	if (ipe_sites_are_unknown())
		ipe_profile_of_folder(ret_name);
	if (!*ret_name && builtin && strlen(builtin) < IPE_PROGRAM_NAME_SIZE)
		strcpy(ret_name, builtin);
	return ipe_name_of_note(ret_name) && fits;
}

/* A name by which less is code is believed of a program in whose file is what belongs to the name. */
static const struct ipe_rules *find_rules_of_file(const char *name, int *argc, char ***argv)
{
	const struct ipe_evidence *evidence = ipe_find_evidence(name);

	for (size_t i = 0; evidence && i < IPE_EVIDENCE_TEXTS; i++)
		if (!ipe_program_has(ipe_evidence_text(evidence, i)))
			return &ipe_unknown_rules;
	return ipe_find_rules_of_command(name, argc, argv);
}

/* Its name counts only for what nothing else tells of: anybody can choose it by a mount or a copy. */
static void find_rules(int *argc, char ***argv)
{
	char path[PATH_MAX], name[IPE_PROGRAM_NAME_SIZE] = "";
	const char *host = name_of_host();
	bool has_path;

	if (!load_sites(name))
		ipe_shim.sources.any_file = true;
	if (*name) {
		ipe_shim.rules = ipe_find_rules_of_command(name, argc, argv);
		return;
	}
	has_path = ipe_program_path(path, sizeof(path));
	if (has_path)
		ipe_shim.rules = find_rules_of_file(ipe_last_part(path), argc, argv);
	if (host && (!has_path || !is_of_host(ipe_shim.rules)))
		ipe_shim.rules = ipe_find_rules(host);
	if (has_path || host)
		return;
	ipe_shim.sources.any_file = true;
	ipe_shim.sources.inline_code = "a program whose name cannot be told";
}

/* In a program that interprets, what neither adapter nor call site knows as data is code. */
static void need_knowledge(void)
{
	struct ipe_range program = ipe_shim_object((const void *)getauxval(AT_ENTRY));

	ipe_embedded_begin(&program);
	/* An applet of busybox that interprets nothing, whatever others of them do. */
	if (ipe_shim.rules->traits & IPE_NO_INTERPRETER)
		ipe_sites_clear();
	if (!(ipe_shim.rules->traits & IPE_NEEDS_SITES))
		return;
	ipe_shim.lacks_sites = ipe_sites_are_unknown();
	if (ipe_shim.lacks_sites || !ipe_sites_add_interpreter(&program))
		ipe_shim.sources.any_file = true;
}

/* What the configuration lets read what it likes reads standard input, too. */
static void free_unknown(void)
{
	struct ipe_sources *sources = &ipe_shim.sources;

	if (!ipe_shim.unknown_is_data || ipe_shim.host_count > 0)
		return;
	if (sources->stdin_code || sources->descriptor_count > 0)
		ipe_shim_report_unknown();
	sources->stdin_code = false;
	sources->descriptor_count = 0;
}

static void add_known_names(void)
{
	const char *lists[] = { ipe_unknown_rules.suffixes, ipe_shim.rules->suffixes };
	struct ipe_word word;

	/* Call sites know better than a name, which a user may just as well edit or copy. */
	if (!(ipe_shim.rules->traits & IPE_NEEDS_SITES))
		ipe_sources_of_start(ipe_shim.rules, &ipe_shim.sources);
	ipe_sources_of_library(ipe_shim.rules, &ipe_shim.sources);
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		while (ipe_next_word(&lists[i], &word))
			if (!ipe_names_has(&ipe_shim.suffixes, word.start, word.len) &&
			    !ipe_names_add(&ipe_shim.suffixes, word.start, word.len))
				ipe_shim.sources.any_file = true;
}

/* A shell follows its standard input to whatever "exec < FILE" makes it. */
static void watch_script_reader(void)
{
	struct stat st = { 0 };

	if (!(ipe_shim.rules->traits & IPE_SHELL) || !ipe_shim.sources.stdin_code ||
	    ipe_raw(SYS_fstat, STDIN_FILENO, (long)&st, 0, 0, 0, 0) < 0 || !S_ISREG(st.st_mode))
		return;
	ipe_shim.sources.any_file = true;
	ipe_shim.sources.any_descriptor = true;
	ipe_shim.script_reader = (pid_t)ipe_raw(SYS_getpid, 0, 0, 0, 0, 0, 0);
}

static bool environment_has_code(char **envp)
{
	static struct ipe_sources found IPE_ROOM;

	ipe_sources_of_environment(ipe_shim.rules, envp, &found);
	return found.files.used || found.descriptor_count || found.any_descriptor ||
	       found.any_file || found.inline_code || found.stdin_code;
}

/*
 * POSIX sh: -n reads commands and executes none, start-up files' neither, but in an interactive shell,
 * which this is not. In others what the environment names runs first, and may run the script, too.
 */
static void find_only_parsed(int argc, char **argv, char **envp)
{
	static char resolved[PATH_MAX] IPE_ROOM;

	if (argc < 3 || !ipe_has_word(ipe_shim.rules->parses, argv[1]) ||
	    strchr("-+", argv[2][0]) ||
	    (!(ipe_shim.rules->traits & IPE_SHELL) && environment_has_code(envp)))
		return;
	ipe_shim.only_parsed[0] = argv[2];
	if (ipe_shim.rules->traits & IPE_RESOLVES)
		ipe_shim.only_parsed[1] = realpath(argv[2], resolved);
}

/*
 * "sh -n < FILE" the same, and "node --check - < FILE". With a terminal for its standard input a shell may
 * be interactive, and with a socket bash counts as started from another machine and reads start-up files.
 */
static void find_only_parsed_stdin(int argc, char **argv, char **envp)
{
	struct stat st = { 0 };

	if (!(ipe_shim.rules->traits & (IPE_SHELL | IPE_PARSES_STDIN)) ||
	    (argc != 2 && (argc != 3 || strcmp(argv[2], "-") != 0)) ||
	    !ipe_has_word(ipe_shim.rules->parses, argv[1]) ||
	    (!(ipe_shim.rules->traits & IPE_SHELL) && environment_has_code(envp)) ||
	    ipe_raw(SYS_fstat, STDIN_FILENO, (long)&st, 0, 0, 0, 0) < 0 ||
	    (!S_ISREG(st.st_mode) && !S_ISFIFO(st.st_mode)))
		return;
	ipe_shim.sources.stdin_code = false;
	ipe_shim.parses_stdin = true;
}

static bool opens_no_code(void)
{
	const struct ipe_sources *sources = &ipe_shim.sources;

	return ipe_shim.rules->traits & IPE_NO_INTERPRETER && !sources->files.used &&
	       !sources->any_file && ipe_shim.host_count == 0 && ipe_sites_are_unknown() &&
	       !ipe_judged_has_any();
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

/* All that is known of others, interpreters or not, is known of programs that have no such calls. */
static bool is_seen(void)
{
	if (!(ipe_shim.rules->traits & IPE_OWN_CALLS) &&
	    (ipe_shim.rules != &ipe_unknown_rules || !ipe_shim_program_opens_by_itself()))
		return true;
	ipe_shim_report_other("this program", "own-calls",
			      "It opens files by system calls of its own, which the shim does not "
			      "see; start it by: ipectl run --supervise");
	return false;
}

static bool may_start(const struct ipe_sources *sources)
{
	char room[IPE_INLINE_TEXT_MAX];
	const char *inline_code = ipe_sources_inline_text(sources, room);

	if (inline_code && !ipe_host_allows_inline(inline_code))
		return false;
	if (sources->stdin_code && !ipe_host_allows_stdin(STDIN_FILENO, "standard input"))
		return false;
	for (size_t i = 0; i < sources->descriptor_count; i++)
		if (!ipe_shim_allows_descriptor(sources->descriptors[i]))
			return false;
	return !sources->any_descriptor || ipe_shim_allows_all_descriptors();
}

__attribute__((constructor(101))) static void start(int argc, char **argv, char **envp)
{
	ipe_report_note_standard_error();
	if (!is_first())
		ipe_shim_refuse_program();
	ipe_next();
	ipe_preload_find(envp);
	ipe_sites_begin(envp);
	ipe_shim_install_hosts();
	find_rules(&argc, &argv);
	ipe_shim_install_named_hosts();
	ipe_shim.unknown_is_data = ipe_shim.rules == &ipe_unknown_rules && ipe_unknown_is_data();
	need_knowledge();
	ipe_drop_variables(ipe_shim.rules, envp);
	ipe_sources_of_arguments(ipe_shim.rules, argc, argv, envp, &ipe_shim.sources);
	ipe_sources_of_environment(ipe_shim.rules, envp, &ipe_shim.sources);
	free_unknown();
	add_known_names();
	ipe_shim.lacks_configuration = !ipe_judged_load();
	if (ipe_shim.lacks_configuration)
		ipe_shim.sources.any_file = true;
	find_only_parsed_stdin(argc, argv, envp);
	watch_script_reader();
	find_only_parsed(argc, argv, envp);
	if (ipe_shim.rules->sets)
		putenv((char *)(uintptr_t)ipe_shim.rules->sets);
	ipe_shim.opens_no_code = opens_no_code();
	ipe_shim.ready = true;
	if (!is_seen() || !may_start(&ipe_shim.sources))
		ipe_shim_refuse_program();
	ipe_shim_answer_launcher(envp);
}
