/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is known of an interpreter without asking it: how its arguments, its environment and its
 * start-up files say where code comes from.
 */
#ifndef IPE_SHIM_RULES_H
#define IPE_SHIM_RULES_H

enum ipe_traits {
	/* Without an operand or an option that names code, standard input is the program. */
	IPE_READS_STDIN = 1 << 0,
	/* The first operand is code itself, unless an option names some. */
	IPE_FIRST_IS_CODE = 1 << 1,
	/* Each operand is a file of code, not only the first. */
	IPE_ALL_ARE_FILES = 1 << 2,
	/* Operands are no files of code; an assignment among them may be expanded. */
	IPE_OPERANDS_ARE_DATA = 1 << 8,
	/* Options may follow operands. */
	IPE_PERMUTES = 1 << 3,
	/* Long options may be cut short. */
	IPE_ABBREVIATES = 1 << 9,
	IPE_GETOPT = IPE_PERMUTES | IPE_ABBREVIATES,
	/* Long options may have one dash. */
	IPE_ONE_DASH = 1 << 4,
	/* A shell: words that start with + are options, and - ends them. */
	IPE_SHELL = 1 << 5,
	/* A file that starts with "#!" is code. */
	IPE_SNIFFS = 1 << 6,
	/* Interprets nothing, so whatever it opens is data. */
	IPE_NO_INTERPRETER = 1 << 7,
};

/* What an option says; the letters stand in the tables of rules.c. */
enum ipe_kind {
	/* Takes no operand and says nothing of code. */
	IPE_KIND_FLAG = '-',
	/* Takes an operand that is no code. */
	IPE_KIND_OPERAND = ':',
	/* The same, but always the next word: the letters go on. */
	IPE_KIND_NEXT_WORD = 'n',
	/* What follows in the same word is its operand. */
	IPE_KIND_ATTACHED = '?',
	/* What follows in the same word is a file of code; without that it prompts. */
	IPE_KIND_ATTACHED_FILE = 'A',
	/* What follows in the same word is code. */
	IPE_KIND_ATTACHED_CODE = 'P',
	/* The same, unless it is no more than the name of one of perl's modules. */
	IPE_KIND_MODULE_NAME = 'N',
	/* Perl's -d, which runs what is typed: a t, and a colon and a name may follow, or letters. */
	IPE_KIND_DEBUGGER = 'D',
	/* A number may follow, or a colon and the rest of the word; then the letters go on. */
	IPE_KIND_NUMBER = '0',
	/* Perl's -C: a number or letters of its own may follow, then the letters go on. */
	IPE_KIND_UNICODE = 'u',
	/* The operand is code and stands for the script; c also ends the options. */
	IPE_KIND_CODE_LAST = 'c',
	IPE_KIND_CODE = 'e',
	/* The operand is code and comes on top of the script; L stands for standard input. */
	IPE_KIND_CODE_TOO = 'E',
	IPE_KIND_CODE_OR_SCRIPT = 'L',
	/* The first operand of the program is code: the -c of shells. */
	IPE_KIND_FIRST_IS_CODE = 'C',
	/* The next word is code, if there is one. */
	IPE_KIND_PRINT = 'p',
	/* The operand is a file of code; f stands for the script, F comes on top of it. */
	IPE_KIND_FILE = 'f',
	IPE_KIND_FILE_TOO = 'F',
	/* The same as f, and ends the options. */
	IPE_KIND_FILE_LAST = 'x',
	/* The operand is a module's name, see file_modules; ends the options. */
	IPE_KIND_MODULE = 'm',
	/* mawk's -W: if it says exec, the next word is the script and the last option. */
	IPE_KIND_MAWK = 'W',
	/* Standard input is the program, or a prompt. */
	IPE_KIND_STDIN = 's',
	/* Prints something and ends, unless other options or operands name code; Q as ? does. */
	IPE_KIND_QUITS = 'q',
	IPE_KIND_QUITS_ATTACHED = 'Q',
};

/* What a variable of the environment holds. */
enum ipe_variable {
	/* A file of code. */
	IPE_VARIABLE_FILE = 'f',
	/* Several, with blanks between. */
	IPE_VARIABLE_FILES = 'l',
	/* Code; or @ and a file of code. */
	IPE_VARIABLE_CODE = 'c',
	IPE_VARIABLE_CODE_OR_FILE = '@',
	/* Text in which a command substitution would run. */
	IPE_VARIABLE_EXPANDED = '$',
	/* Options as on the command line. */
	IPE_VARIABLE_OPTIONS = 'o',
	/* Asks for a prompt when the script is done. */
	IPE_VARIABLE_PROMPT = 's',
};

struct ipe_rules {
	/* The program's file names without a version. */
	const char *name;
	unsigned int traits;
	/* Letter and kind of each short option that is no flag. */
	const char *options;
	/* Name, colon and kind of each long option that is no flag. */
	const char *long_options;
	/* Modules that interpret the files that they are given as arguments. */
	const char *file_modules;
	/* Name, colon and kind of each variable; a name may end in an asterisk. */
	const char *variables;
	/* Suffixes of files of code, with their dot. */
	const char *suffixes;
	/* Names of start-up files and the like, wherever they are. */
	const char *names;
	/* What mkstemp(3) calls the file to which it copies a program on standard input. */
	const char *copy;
};

/* The rules of a program by the name of its file; never NULL. */
const struct ipe_rules *ipe_find_rules(const char *name);

/* Those of a program that is not known, and of one that interprets nothing. */
extern const struct ipe_rules ipe_unknown_rules, ipe_no_rules;

#endif
