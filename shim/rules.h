/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is known of an interpreter without asking it: how its arguments, its environment and its
 * start-up files say where code comes from. The tables are made of interpreters/NAME.toml, which
 * writes each of the words below in lower case, with blanks and without what all have in front.
 */
#ifndef IPE_SHIM_RULES_H
#define IPE_SHIM_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum ipe_traits {
	/* Without an operand or an option that names code, standard input is the program. */
	IPE_READS_STDIN = 1 << 0,
	/* Options may follow operands. */
	IPE_PERMUTES = 1 << 1,
	/* Long options may be cut short. */
	IPE_ABBREVIATES = 1 << 2,
	/* Long options may have one dash. */
	IPE_ONE_DASH = 1 << 3,
	/* A word with one dash is one option, not a cluster of letters. */
	IPE_NO_CLUSTERS = 1 << 4,
	/* A shell: words that start with + are options, and - ends them. */
	IPE_SHELL = 1 << 5,
	/* A file that starts with "#!" is code. */
	IPE_SNIFFS = 1 << 6,
	/* Interprets nothing, so whatever it opens is data. */
	IPE_NO_INTERPRETER = 1 << 7,
	/* In a long option an underscore is a dash. */
	IPE_UNDERSCORES = 1 << 8,
	/* An equals sign between a letter and its operand belongs to neither. */
	IPE_EQUALS_SIGN = 1 << 9,
	/* A blank and a dash in a word begin more letters. */
	IPE_BLANK_IN_LETTERS = 1 << 10,
	/* After an option that is not known standard input is the program, and nothing else is. */
	IPE_UNKNOWN_IS_STDIN = 1 << 11,
	/* After -- standard input is the program, unless an option has named one. */
	IPE_DASHES_ARE_STDIN = 1 << 12,
	/* Nobody knows its options, and none of them says where code is. */
	IPE_ANY_OPTION = 1 << 13,
	/* A long option is harmless with no- in front of its name. */
	IPE_NEGATES = 1 << 14,
	/* Its first argument names what it is, as its own name does. */
	IPE_MULTI_CALL = 1 << 15,
	/* Nothing but its call sites tells code from data: without them every file is judged. */
	IPE_NEEDS_SITES = 1 << 16,
	/* A word that starts with + is code, unless a number follows. */
	IPE_PLUS_IS_CODE = 1 << 17,
	/* Standard input is the program behind whatever else is. */
	IPE_ENDS_WITH_STDIN = 1 << 18,
	/* Opens files by system calls of its own, which the shim does not see. */
	IPE_OWN_CALLS = 1 << 19,
	/* Includes nothing: what it opens is data, unless an argument or the like says that it is code. */
	IPE_INCLUDES_NOTHING = 1 << 20,
	/* Includes what has its own suffixes and names, and nothing else. */
	IPE_INCLUDES_OWN_SUFFIXES = 1 << 21,
	/* Takes a descriptor itself whose name it could not open. */
	IPE_TAKES_DESCRIPTORS = 1 << 23,
	/* Neither case nor dashes nor underscores count in the names of options. */
	IPE_LOOSE_NAMES = 1 << 24,
	/* A file that it has opened as code it opens once more by the same path, as it opens data. */
	IPE_READS_TWICE = 1 << 22,
	/* Opens its script by the path without links. */
	IPE_RESOLVES = 1 << 25,
	/* Where standard input is the program and comes to its end, it goes on with standard error. */
	IPE_READS_STDERR = 1 << 26,
	/* What begins with "<" where a file of code is named is a command whose output is code. */
	IPE_COMMANDS_AS_FILES = 1 << 27,
	/* What has its script only parsed is in the program itself, so standard input is only parsed, too. */
	IPE_PARSES_STDIN = 1 << 28,
};

/* What the words are that are no options. */
enum ipe_operands {
	/* The first is a file of code, unless an option names some. */
	IPE_OPERANDS_SCRIPT,
	/* The first is code itself, unless an option names some. */
	IPE_OPERANDS_CODE,
	/* Each is a file of code. */
	IPE_OPERANDS_FILES,
	/* The first may be a command's name, see enum ipe_module; the next is a file of code. */
	IPE_OPERANDS_COMMAND,
	/* The first is data, and each other is code. */
	IPE_OPERANDS_DATA_AND_CODE,
	/* No code, unless it is an assignment, which is judged as a variable of the environment. */
	IPE_OPERANDS_ASSIGNMENTS,
	/* The same for a command, which has ! in front. */
	IPE_OPERANDS_COMMANDS,
	IPE_OPERANDS_DATA,
};

/* What an option says. */
enum ipe_option {
	/* Takes no operand and says nothing of code. */
	IPE_OPTION_FLAG,
	/* Takes an operand that is no code; or two of them. */
	IPE_OPTION_OPERAND,
	IPE_OPTION_TWO_OPERANDS,
	/* The same, but always the next word: the letters go on. */
	IPE_OPTION_NEXT_WORD,
	/* What follows in the same word is its operand. */
	IPE_OPTION_ATTACHED,
	/* The same up to a blank. */
	IPE_OPTION_UP_TO_BLANK,
	/* The same for one letter, for letters, and for digits or a colon and the rest of the word. */
	IPE_OPTION_ONE_LETTER,
	IPE_OPTION_LETTERS,
	IPE_OPTION_NUMBER,
	/* Perl's -C: a number or letters of its own. */
	IPE_OPTION_UNICODE,
	/* What follows in the same word is a file of code; without that it prompts. */
	IPE_OPTION_ATTACHED_FILE,
	/* Perl's -F: code between quotes or slashes, a pattern without. */
	IPE_OPTION_PATTERN,
	/* Perl's -M: code, unless it is no more than a module's name or a version. */
	IPE_OPTION_MODULE_NAME,
	/* Perl's -d, which runs what is typed, unless a colon and a module's name follow. */
	IPE_OPTION_DEBUGGER,
	/* The operand is code and stands for the script; the second also ends the options. */
	IPE_OPTION_CODE,
	IPE_OPTION_CODE_LAST,
	/* The operand is code and comes on top of the script; or stands for standard input. */
	IPE_OPTION_CODE_TOO,
	IPE_OPTION_CODE_OR_SCRIPT,
	/* The operand is code, which may go on in standard input. */
	IPE_OPTION_CODE_AND_STDIN,
	/* The first operand of the program is code: the -c of shells. */
	IPE_OPTION_FIRST_IS_CODE,
	/* The same for a file of code; it may stand in front of the option. */
	IPE_OPTION_FIRST_IS_FILE,
	/* The next word is code, if there is one and it is no option; or a file of code. */
	IPE_OPTION_PRINT,
	IPE_OPTION_FILE_OR_NONE,
	/* The operand is a file of code, unless an option has made standard input the program. */
	IPE_OPTION_FILE_OR_STDIN,
	/* Code comes from elsewhere, as from a socket. */
	IPE_OPTION_REMOTE,
	/* The operand is a file of code that stands for the script; the second ends the options. */
	IPE_OPTION_FILE,
	IPE_OPTION_FILE_LAST,
	/* The operand is a file of code that comes on top of the script. */
	IPE_OPTION_FILE_TOO,
	/* Every file that the program opens may be code. */
	IPE_OPTION_EVERY_FILE,
	/* The same without an operand. */
	IPE_OPTION_ALL_FILES,
	/* The operand is a module's name, see enum ipe_module; ends the options. */
	IPE_OPTION_MODULE,
	/* The operand is NAME=VALUE: code, unless the name is among the settings. */
	IPE_OPTION_SETTING,
	/* The next word is the name of an option: an unknown one, unless it is among the settings. */
	IPE_OPTION_NEXT_SETTING,
	/* The operand is a long option without its dashes: the -W of POSIX. */
	IPE_OPTION_LONG,
	/* mawk's -W: long options that may be cut short, where exec takes the next word. */
	IPE_OPTION_MAWK,
	/* What follows are operands. */
	IPE_OPTION_ENDS_OPTIONS,
	/* Standard input is the program, or a prompt. */
	IPE_OPTION_STDIN,
	/* The operand is a function's name, and code if it is more than that. */
	IPE_OPTION_FUNCTION_NAME,
	/*
	 * The operand is the name of a function that is called, see enum ipe_module: one that is not
	 * known may interpret what it is given, and whatever it opens.
	 */
	IPE_OPTION_FUNCTION,
	/* The operand is NAME=TEXT, and code if a call of a macro is in it. */
	IPE_OPTION_DEFINITION,
	/* The operand is one more suffix of code. */
	IPE_OPTION_SUFFIX,
	/* Standard input is data, or nothing reads it. */
	IPE_OPTION_STDIN_IS_DATA,
	/* The same, and standard error is read in its place. */
	IPE_OPTION_STDERR_IS_CODE,
	/* Prints something and ends, unless other options or operands name code. */
	IPE_OPTION_QUITS,
	/* The same with an operand in the same word; the second after a colon only. */
	IPE_OPTION_QUITS_ATTACHED,
	IPE_OPTION_QUITS_COLON,
	/* Not in the table. */
	IPE_OPTION_UNKNOWN,
};

/* What a variable of the environment holds. */
enum ipe_variable {
	/* Nothing that is code. */
	IPE_VARIABLE_HARMLESS,
	/* A file of code. */
	IPE_VARIABLE_FILE,
	/* Several, with blanks between. */
	IPE_VARIABLE_FILES,
	/* Archives of code or folders, with colons between, that others read as data. */
	IPE_VARIABLE_ARCHIVES,
	/* Folders, with colons between, whose files of code may be names of descriptors. */
	IPE_VARIABLE_FOLDERS,
	/* Code; or @ and a file of code. */
	IPE_VARIABLE_CODE,
	IPE_VARIABLE_CODE_OR_FILE,
	/* Text in which a command substitution would run. */
	IPE_VARIABLE_EXPANDED,
	/* The same, and a command: more than the name of a program is code. */
	IPE_VARIABLE_COMMAND,
	/* Options as on the command line, whose dash may be missing. */
	IPE_VARIABLE_OPTIONS,
	/* The same with node's quotes, and with make's backslashes. */
	IPE_VARIABLE_QUOTED_OPTIONS,
	IPE_VARIABLE_ESCAPED_OPTIONS,
	/* Options and operands. */
	IPE_VARIABLE_ARGUMENTS,
	/*
	 * Leads to a file that the C library reads by itself and whose text the program runs: the shim
	 * takes it out of the environment. Of the second only with a slash in it; a name alone leads
	 * to the system's own files.
	 */
	IPE_VARIABLE_DROPPED,
	IPE_VARIABLE_DROPPED_WITH_SLASH,
	/* Asks for a prompt when the script is done. */
	IPE_VARIABLE_PROMPT,
	/* Settings of a debugger: code; if it is to start, they may name files of commands. */
	IPE_VARIABLE_DEBUGGER,
	/* In the interpreter's own name space, and not known: counts as code. */
	IPE_VARIABLE_UNKNOWN,
};

/* What a module that is run as a program does with its arguments. */
enum ipe_module {
	IPE_MODULE_HARMLESS,
	/* Writes the byte code of the files that they name, and runs none of it. */
	IPE_MODULE_COMPILES,
	/* Has loaders give it the files' content, and runs none of it. */
	IPE_MODULE_READS,
	/* Interprets them, or what is typed at its prompt. */
	IPE_MODULE_CODE,
	/* Interprets the files that they name, or runs another module. */
	IPE_MODULE_FILES,
	IPE_MODULE_CODE_AND_FILES,
};

/* How an interpreter opens code and no data, for who sees no more than the open. */
enum ipe_opens {
	IPE_OPENS_ALIKE,
	IPE_OPENS_CODE_ALONE,
	IPE_OPENS_CODE_WITH_CLOEXEC,
	IPE_OPENS_CODE_WITH_NONBLOCK,
};

/* A text of the tables, and what it says: one of the enumerations, or the index of rules. */
struct ipe_entry {
	uint16_t text;
	uint16_t kind;
};

/* Entries of the tables, sorted by their texts. */
struct ipe_entries {
	uint16_t first;
	uint16_t count;
};

/*
 * What the file of a program holds that interprets nothing, in any build: anybody can give a program its
 * name. Texts of the tables, all of which have to be there.
 */
#define IPE_EVIDENCE_TEXTS 2

struct ipe_evidence {
	uint16_t texts[IPE_EVIDENCE_TEXTS];
};

struct ipe_rules {
	/* The program's file names without a version. */
	const char *name;
	/* Suffixes of files of code, with their dot; and those that only a supervisor needs. */
	const char *suffixes;
	const char *supervisor_suffixes;
	/* Names of start-up files, wherever they are; and of what its own library reads and evaluates. */
	const char *names;
	const char *evaluated;
	/* Options with which, in front of all others, it only parses its script and runs nothing of it. */
	const char *parses;
	/* Paths in /proc that it reads itself to know its own memory, and that hold no code. */
	const char *harmless;
	/* What mkstemp(3) calls the file to which it copies a program on standard input. */
	const char *copy;
	/* NAME=VALUE of the environment, without which it would read code as data; or NULL. */
	const char *sets;
	unsigned int traits;
	enum ipe_operands operands;
	enum ipe_opens opens;
	/* Options without their dashes, by letter and by name. */
	struct ipe_entries letters;
	struct ipe_entries options;
	/* Settings that are harmless. */
	struct ipe_entries settings;
	/* Variables of the environment; and those of which the text is only how the name begins. */
	struct ipe_entries variables;
	struct ipe_entries prefixes;
	struct ipe_entries modules;
	/* What a program of many names can be called, and what its file holds. */
	struct ipe_entries applets;
	struct ipe_evidence evidence;
};

/*
 * What has to be in the file of a program of this name for its name to be believed, because by these
 * rules less is code than in a program that is not known; NULL if it can be believed as it is.
 */
const struct ipe_evidence *ipe_find_evidence(const char *name);
const char *ipe_evidence_text(const struct ipe_evidence *evidence, size_t number);

/* The rules of a program by the name of its file; never NULL. See ipe_find_evidence(). */
const struct ipe_rules *ipe_find_rules(const char *name);

/* The same for a command: steps over the first arguments if they only name what the program is. */
const struct ipe_rules *ipe_find_rules_of_command(const char *name, int *argc, char ***argv);

/* Those of a program that is not known, and of one that interprets nothing. */
extern const struct ipe_rules ipe_unknown_rules, ipe_no_rules;

const char *ipe_entry_text(const struct ipe_entry *entry);

/* NULL if there is none of that very name. */
const struct ipe_entry *ipe_find_entry(const struct ipe_entries *entries, const char *name,
				       size_t len);

/* The first whose text is not before @name, and where they end. */
const struct ipe_entry *ipe_first_entry(const struct ipe_entries *entries, const char *name,
					size_t len);
const struct ipe_entry *ipe_last_entry(const struct ipe_entries *entries);

/* What a module does, by the rules of the interpreter that runs it. */
enum ipe_module ipe_find_module(const struct ipe_rules *rules, const char *name);

static inline bool ipe_module_takes_code(enum ipe_module kind)
{
	return kind == IPE_MODULE_CODE || kind == IPE_MODULE_CODE_AND_FILES;
}

#endif
