/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IPE_SHIM_H
#define IPE_SHIM_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "host.h"
#include "ipe-enlighten.h"
#include "rules.h"
#include "sources.h"

#define IPE_EXPORT __attribute__((visibility("default")))

/*
 * A wrapper has a name of its own in C and the C library's in the object, so that no header's
 * macros and redirections come between.
 */
#define IPE_WRAPPER(ret, name, ...)                                 \
	IPE_EXPORT ret ipe_wrap_##name(__VA_ARGS__) __asm__(#name); \
	IPE_EXPORT ret ipe_wrap_##name(__VA_ARGS__)

/* For a wrapper: who has called it, see struct ipe_open. */
#define IPE_HERE __builtin_return_address(0), __builtin_dwarf_cfa()

/* openat(2) and the verdict on what it opened: a descriptor or a negative errno. */
int ipe_shim_open(int dirfd, mode_t mode, const struct ipe_open *open);

/* 0, or -EACCES with the refusal told if @fd is code that may not run. */
int ipe_shim_judge(int fd, const struct ipe_open *open);

/*
 * NULL if what was opened as @open says is data, by all that is known of this program. If it is code, a
 * reason that a user may not expect, as the rest of "because ..."; empty if the program opened it as code.
 */
const char *ipe_shim_why_code(int fd, const struct ipe_open *open);

/* Whether @path ends as the program's own code does. */
bool ipe_shim_has_own_suffix(const char *path);

/* Whether the program may not go on if what was opened as @open says is refused. */
bool ipe_shim_is_needed(const struct ipe_open *open);

/* A directory and /dev/null, which are named as scripts now and then. */
bool ipe_shim_holds_no_code(int fd);

/* Whether code may be read from a descriptor that the program was started with. */
bool ipe_shim_allows_descriptor(int fd);

/* Whether an adapter speaks for the object that @caller is in. */
bool ipe_shim_has_adapter(const void *caller);

/*
 * Tells standard error and the system log that the file @path is refused, and @why it counts as code, if
 * that is not empty. Keeps errno.
 */
void ipe_shim_report(const char *path, enum ipe_reason reason, const char *why);

/* The same for what is no file; @advice is a sentence that says what to do. */
void ipe_shim_report_other(const char *what, const char *reason, const char *advice);

/* The same for code without a file, which @what has, with the program's name. */
void ipe_shim_report_inline(const char *what, enum ipe_reason reason);

/* Tells standard error, once, that this program reads what it likes and why. Keeps errno. */
void ipe_shim_report_unknown(void);

/* For the constructor: where refusals are told. */
void ipe_report_note_standard_error(void);

/* Ends the process as a shell says "found but cannot be run". */
void ipe_shim_refuse_program(void) __attribute__((noreturn));

/*
 * For the constructor: the adapters of the interpreters whose symbols are in this program; and, when the
 * rules are known, of the one that the program is by these.
 */
void ipe_shim_install_hosts(void);
void ipe_shim_install_named_hosts(void);

/* Answers the launcher that waits for the shim, if there is one. */
void ipe_shim_answer_launcher(char **envp);

/* execveat(2), with the shim for what is started if this program has it; a negative errno. */
long ipe_shim_execute(int dirfd, const char *path, char *const argv[], char *const envp[],
		      int flags);

/* The program or library that @address is in; empty if there is none. For the constructor. */
struct ipe_range ipe_shim_object(const void *address);

/* Whether the program opens files by system calls of its own. For the constructor, too. */
bool ipe_shim_program_opens_by_itself(void);

#define IPE_HOSTS_MAX 16

/* What the constructor finds out about this program. Nothing is written to it afterwards. */
struct ipe_shim {
	bool ready;
	/* The process that reads its script from standard input, a regular file; or 0. */
	pid_t script_reader;
	const struct ipe_rules *rules;
	struct ipe_sources sources;
	struct ipe_names suffixes;
	/* The file whose syntax is only checked: as it is on the command line, and without links; or NULL. */
	const char *only_parsed[2];
	/* Its standard input is its script, whose syntax is only checked. */
	bool parses_stdin;
	/* It interprets nothing, and no file has a word of its own: nothing that it opens is code. */
	bool opens_no_code;
	/* It interprets, and nothing tells what it opens as data. */
	bool lacks_sites;
	/* The configuration cannot be read, is not understood or not trusted, and may name any file. */
	bool lacks_configuration;
	/* The configuration has it read what it likes, because nobody knows what it is. */
	bool unknown_is_data;
	struct {
		const struct ipe_host *host;
		struct ipe_range object;
	} hosts[IPE_HOSTS_MAX];
	size_t host_count;
};

extern struct ipe_shim ipe_shim;

#endif
