/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Command lines and environments of random words that mean something to some interpreter: none is to
 * make the parser read or write where it should not.
 *
 * Usage: random-sources [ROUNDS]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sources.h"

#define WORDS_MAX 12

static const char *const programs[] = {
	"dash",	 "bash",  "zsh",  "ash",  "python3", "lua5.4", "luajit", "perl",
	"ruby",	 "php",	  "node", "gawk", "mawk",    "awk",    "sed",	 "make",
	"tclsh", "guile", "m4",	  "bc",	  "expect",  "gdb",    "cat",	 "other",
};

static const char *const pieces[] = {
	"",
	"-",
	"--",
	"+",
	"=",
	"c",
	"e",
	"f",
	"i",
	"s",
	"o",
	"x",
	"W",
	"p",
	"0",
	"x1F",
	":",
	"file",
	"eval",
	"rcfile",
	"require",
	"expression",
	"\\",
	"/",
	"$(a)",
	"${a}",
	"`",
	" ",
	"\t",
	"\n",
	"data:",
	"/dev/fd/",
	"99999999999",
	"@",
	"!",
	"ENV",
	"LUA_INIT",
	"MAKEFLAGS",
	"NODE_OPTIONS",
	"BASH_FUNC_",
	"%%",
	"-e",
	"-f",
	"-c",
	"/dev/stdin",
	"\xff\x80",
	"a very long piece of a word that is long",
};

static unsigned int state = 20261124;

static unsigned int draw(unsigned int below)
{
	state = state * 1664525U + 1013904223U;
	return (state >> 8) % below;
}

static char *draw_word(void)
{
	unsigned int count = draw(50) ? draw(4) : draw(200);
	size_t room = (count + 1) * 48;
	char *word = calloc(1, room);

	if (!word)
		exit(2);
	for (unsigned int i = 0; i < count; i++)
		strcat(word, pieces[draw(sizeof(pieces) / sizeof(pieces[0]))]);
	return word;
}

static void free_words(char **words)
{
	for (; *words; words++)
		free(*words);
}

static void try_once(void)
{
	static struct ipe_sources sources;
	const struct ipe_rules *rules =
		ipe_find_rules(programs[draw(sizeof(programs) / sizeof(programs[0]))]);
	char *arguments[WORDS_MAX + 1] = { NULL }, *variables[WORDS_MAX + 1] = { NULL };
	int count = (int)draw(WORDS_MAX + 1);

	memset(&sources, 0, sizeof(sources));
	for (int i = 0; i < count; i++)
		arguments[i] = draw_word();
	for (unsigned int i = draw(WORDS_MAX + 1); i > 0; i--)
		variables[i - 1] = draw_word();
	ipe_sources_of_arguments(rules, count, arguments, variables, &sources);
	ipe_sources_of_environment(rules, variables, &sources);
	if (sources.files.used > sizeof(sources.files.room) ||
	    sources.descriptor_count > IPE_DESCRIPTORS_MAX)
		abort();
	free_words(arguments);
	free_words(variables);
}

int main(int argc, char **argv)
{
	long rounds = argc > 1 ? strtol(argv[1], NULL, 10) : 100000;

	for (long i = 0; i < rounds; i++)
		try_once();
	puts("1..1\nok 1 - no command line and no environment makes the parser stumble");
	return 0;
}
