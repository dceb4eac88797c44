/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where a program takes its code from, as far as its arguments and its environment tell. */
#ifndef IPE_SHIM_SOURCES_H
#define IPE_SHIM_SOURCES_H

#include <stdbool.h>

#include "names.h"
#include "rules.h"

#define IPE_DESCRIPTORS_MAX 8
#define IPE_INLINE_WORD_MAX 40
/* "WHERE: WORD" */
#define IPE_INLINE_TEXT_MAX 120

struct ipe_sources {
	/* Last parts of the paths of files that are code. */
	struct ipe_names files;
	/* How many of them arguments and environment name. */
	size_t file_count;
	/* Those of /dev/fd, which some interpreters never open: they read the descriptor itself. */
	int descriptors[IPE_DESCRIPTORS_MAX];
	size_t descriptor_count;
	/* Each descriptor that is open may become the program. */
	bool any_descriptor;
	/* There are more than there is room for, or one whose name cannot be told. */
	bool any_file;
	/* Code without a file and where it stands, or NULL. */
	const char *inline_code;
	/* The option, setting or variable, cut short, if @inline_code is still this. */
	const char *inline_named;
	char inline_word[IPE_INLINE_WORD_MAX];
	/* A debugger is to start; a variable has settings of it, which may name files of commands. */
	bool debugs;
	bool debugger_is_set;
	/* Standard input is code. */
	bool stdin_code;
	/* POSIXLY_CORRECT is set, to whatever: getopt(3) takes no option behind an operand. */
	bool is_posix;
};

/* To be called before that of the environment, which may hold more arguments. */
void ipe_sources_of_arguments(const struct ipe_rules *rules, int argc, char **argv, char **envp,
			      struct ipe_sources *ret);
void ipe_sources_of_environment(const struct ipe_rules *rules, char **envp,
				struct ipe_sources *ret);

/* Takes out of the environment what the shim could not judge, see IPE_VARIABLE_DROPPED. */
void ipe_drop_variables(const struct ipe_rules *rules, char **envp);

/* What a variable of the environment says, or one that an argument sets. */
void ipe_sources_of_variable(const struct ipe_rules *rules, const char *name, size_t len,
			     const char *value, struct ipe_sources *ret);

/* Options from elsewhere than the command line; and options and operands. */
void ipe_sources_of_options(const struct ipe_rules *rules, char **words, int count,
			    struct ipe_sources *ret);
void ipe_sources_of_words(const struct ipe_rules *rules, char **words, int count,
			  struct ipe_sources *ret);

/* Start-up files, whatever the command line says. */
void ipe_sources_of_start(const struct ipe_rules *rules, struct ipe_sources *ret);

/* What its own library and that of its prompt evaluate, which opens it as data. */
void ipe_sources_of_library(const struct ipe_rules *rules, struct ipe_sources *ret);

/* @path is a file of code. */
void ipe_sources_add_file(struct ipe_sources *sources, const char *path, size_t len);
/* More than there is room for, or what cannot be told: every file and descriptor may be code. */
void ipe_sources_add_any(struct ipe_sources *sources);
/* A descriptor that is read as it is. */
void ipe_sources_add_descriptor(struct ipe_sources *sources, int fd);

/* Code without a file stands at @where, a constant, in @word. */
void ipe_sources_set_inline(struct ipe_sources *sources, const char *where, const char *word,
			    size_t len);

/* Where it stands, in @room or a constant; NULL if there is none. */
const char *ipe_sources_inline_text(const struct ipe_sources *sources,
				    char room[static IPE_INLINE_TEXT_MAX]);

/* @path is a program's own copy of its standard input, which is code without a file. */
bool ipe_sources_has_copy(const struct ipe_rules *rules, const struct ipe_sources *sources,
			  const char *path);

#endif
