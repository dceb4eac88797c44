/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A reader of arguments on its way from word to word. */
#ifndef IPE_SHIM_ARGUMENTS_H
#define IPE_SHIM_ARGUMENTS_H

#include <stdbool.h>

#include "sources.h"

struct parser {
	const struct ipe_rules *rules;
	/* The words that are left. */
	char **words;
	int count;
	/* The one that is being read. */
	const char *word;
	struct ipe_sources *sources;
	/* An option has named the program, or there is to be none. */
	bool has_program;
	/* Nothing makes it read standard input for want of a program. */
	bool leaves_stdin;
	/* The first operand is code: -c of a shell; or a file of code. */
	bool operand_is_code;
	bool operand_is_file;
	const char *first_operand;
	bool operands_begin;
	/* The first operand ends the options. */
	bool stops;
	/* What follows are arguments of the program that an option has named. */
	bool rest_is_data;
};

/* NULL at the end. */
const char *ipe_next_argument(struct parser *parser);

/* @path, which may be NULL, is a file of code. */
void ipe_take_file(struct parser *parser, const char *path);

/* What an option of @kind says with @operand, which is NULL if it has none. */
void ipe_take(struct parser *parser, enum ipe_option kind, const char *operand);

/* Whether an option of @kind takes the next word if its own has nothing for it. */
bool ipe_takes_operand(enum ipe_option kind);

/* Whether an option of @kind has the next word for its operand, though it can be without one. */
bool ipe_may_take_operand(const struct parser *parser, enum ipe_option kind);

/* The letters of a word, without its dash. */
void ipe_take_letters(struct parser *parser, const char *letters);

/* Whether a word is one letter that is in the table. */
bool ipe_is_letter(const struct parser *parser, const char *letter);

/* A long option without its dashes; false if the table has no such option. */
bool ipe_take_long(struct parser *parser, const char *name);

#endif
