/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads arguments as the interpreter that they are for reads them. */
#include "arguments.h"

#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "words.h"

const char *ipe_next_argument(struct parser *parser)
{
	if (parser->count == 0)
		return NULL;
	parser->count--;
	return *parser->words++;
}

void ipe_take_file(struct parser *parser, const char *path)
{
	if (!path)
		return;
	if (strncasecmp(path, "data:", strlen("data:")) == 0)
		parser->sources->inline_code = "an argument";
	if (*path == '<' && parser->rules->traits & IPE_COMMANDS_AS_FILES)
		parser->sources->inline_code = "an argument";
	if (strcmp(path, "-") == 0)
		parser->sources->stdin_code = true;
	else
		ipe_sources_add_file(parser->sources, path, strlen(path));
}

static void take_code(struct parser *parser, const char *where)
{
	parser->sources->inline_code = where;
	parser->has_program = true;
}

/* vim's + with the number of a line or with a command. */
static void take_line(struct parser *parser, const char *text)
{
	if (text[strspn(text, "0123456789")])
		parser->sources->inline_code = "an argument";
}

/* False if the word is no option. */
static bool take_option(struct parser *parser, const char *word)
{
	unsigned int traits = parser->rules->traits;

	parser->word = word;
	if (strcmp(word, "--") == 0 || (strcmp(word, "-") == 0 && traits & IPE_SHELL)) {
		parser->operands_begin = true;
		if (traits & IPE_DASHES_ARE_STDIN && !parser->has_program)
			ipe_take(parser, IPE_OPTION_STDIN, NULL);
		parser->has_program |= (traits & IPE_DASHES_ARE_STDIN) != 0;
		return true;
	}
	if (word[0] == '+' && traits & IPE_SHELL) {
		ipe_take_letters(parser, word + 1);
		return true;
	}
	if (word[0] == '+' && traits & IPE_PLUS_IS_CODE) {
		take_line(parser, word + 1);
		return true;
	}
	if (word[0] != '-' || (!word[1] && !ipe_is_letter(parser, "")))
		return false;
	if (word[1] == '-' && (traits & IPE_ANY_OPTION || ipe_take_long(parser, word + 2)))
		return true;
	if (word[1] == '-')
		ipe_take(parser, IPE_OPTION_UNKNOWN, NULL);
	else if (!(traits & IPE_ONE_DASH) || ipe_is_letter(parser, word + 1) ||
		 !ipe_take_long(parser, word + 1))
		ipe_take_letters(parser, word + 1);
	return true;
}

/* make: "NAME=VALUE", where a few other characters may stand before the sign; "NAME!=COMMAND". */
static void take_assignment(struct parser *parser, const char *word)
{
	const char *equals = strchr(word, '='), *before = parser->sources->inline_code;
	size_t len;

	if (!equals)
		return;
	len = strcspn(word, ":+?!= \t");
	if (memchr(word, '!', (size_t)(equals - word)))
		take_code(parser, "an argument");
	ipe_sources_of_variable(parser->rules, word, len, equals + 1, parser->sources);
	if (parser->sources->inline_code != before)
		ipe_sources_set_inline(parser->sources, "an argument", word, len);
}

/* Whether words that are no options name the program. */
static bool operands_are_code(const struct parser *parser)
{
	return parser->rules->operands < IPE_OPERANDS_DATA_AND_CODE;
}

static bool take_command(struct parser *parser, const char *word)
{
	const struct ipe_entry *found = ipe_find_entry(&parser->rules->modules, word, strlen(word));

	if (!found || parser->has_program)
		return false;
	if (ipe_module_takes_code((enum ipe_module)found->kind))
		take_code(parser, "a command that interprets what it is given");
	parser->has_program = true;
	return true;
}

static void take_program(struct parser *parser, const char *word)
{
	enum ipe_operands operands = parser->rules->operands;
	bool is_first = !parser->has_program;

	if (parser->rest_is_data)
		return;
	if (parser->operand_is_file)
		ipe_take_file(parser, word);
	else if (parser->operand_is_code || (operands == IPE_OPERANDS_CODE && is_first))
		take_code(parser, "an argument");
	else if (operands == IPE_OPERANDS_COMMAND && take_command(parser, word))
		return;
	else if (operands == IPE_OPERANDS_FILES ||
		 (operands == IPE_OPERANDS_COMMAND && !parser->operands_begin) ||
		 (operands == IPE_OPERANDS_SCRIPT && is_first))
		ipe_take_file(parser, word);
	parser->has_program = true;
	parser->operand_is_code = false;
	parser->operand_is_file = false;
	if (!(parser->rules->traits & IPE_PERMUTES))
		parser->operands_begin = true;
}

static void take_operand(struct parser *parser, const char *word)
{
	enum ipe_operands operands = parser->rules->operands;

	if (operands_are_code(parser))
		take_program(parser, word);
	else if (operands == IPE_OPERANDS_ASSIGNMENTS)
		take_assignment(parser, word);
	else if (operands == IPE_OPERANDS_COMMANDS && *word == '!')
		parser->sources->inline_code = "an argument";
	else if (operands == IPE_OPERANDS_DATA_AND_CODE && parser->first_operand)
		take_code(parser, "an argument");
	if (!parser->first_operand)
		parser->first_operand = word;
	parser->operands_begin |= parser->stops;
}

static void parse(struct parser *parser)
{
	while (parser->count > 0) {
		const char *word = ipe_next_argument(parser);

		/* guile's "\": the options stand in the script's second line. */
		if (strcmp(word, "\\") == 0 && !parser->operands_begin)
			continue;
		if (!parser->operands_begin && take_option(parser, word))
			continue;
		take_operand(parser, word);
	}
}

static void parse_all(struct parser *parser)
{
	parse(parser);
	if (parser->rules->traits & IPE_ENDS_WITH_STDIN)
		parser->has_program = false;
}

/* Not all read their options by getopt(3), so where it has two readings either may be the program's. */
static bool parse_in_all_ways(struct parser *parser)
{
	struct parser strict = *parser;
	bool has_program;

	parse_all(parser);
	has_program = parser->has_program || parser->leaves_stdin;
	strict.stops = true;
	if (parser->rules->traits & IPE_PERMUTES && parser->sources->is_posix) {
		parse_all(&strict);
		has_program &= strict.has_program || strict.leaves_stdin;
	}
	return has_program;
}

void ipe_sources_of_words(const struct ipe_rules *rules, char **words, int count,
			  struct ipe_sources *ret)
{
	struct parser parser = { .rules = rules, .words = words, .count = count, .sources = ret };

	parse_in_all_ways(&parser);
}

void ipe_sources_of_options(const struct ipe_rules *rules, char **words, int count,
			    struct ipe_sources *ret)
{
	struct parser parser = { .rules = rules, .words = words, .count = count, .sources = ret };

	while (parser.count > 0) {
		const char *word = ipe_next_argument(&parser);

		if ((parser.operands_begin || !take_option(&parser, word)) &&
		    rules->operands == IPE_OPERANDS_ASSIGNMENTS)
			take_operand(&parser, word);
	}
}

/* getopt(3) takes no option behind an operand where this is set, to whatever. */
static bool is_posix(char **envp)
{
	static const char variable[] = "POSIXLY_CORRECT=";

	for (; envp && *envp; envp++)
		if (strncmp(*envp, variable, sizeof(variable) - 1) == 0)
			return true;
	return false;
}

void ipe_sources_of_arguments(const struct ipe_rules *rules, int argc, char **argv, char **envp,
			      struct ipe_sources *ret)
{
	struct parser parser = { .rules = rules, .sources = ret };

	if (rules->traits & IPE_NO_INTERPRETER)
		return;
	ret->is_posix = is_posix(envp);
	parser.words = argv + 1;
	parser.count = argc > 0 ? argc - 1 : 0;
	if (!parse_in_all_ways(&parser) && rules->traits & IPE_READS_STDIN)
		ret->stdin_code = true;
	if (ret->stdin_code && rules->traits & IPE_READS_STDERR)
		ipe_sources_add_descriptor(ret, STDERR_FILENO);
}

/* Whether mkstemp(3) makes such names. */
static bool is_made_from(const char *template, const char *name)
{
	static const char letters[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
	size_t prefix = strcspn(template, "X"), len = strlen(template);

	return strncmp(name, template, prefix) == 0 && strlen(name) == len &&
	       strspn(name + prefix, letters) == len - prefix;
}

bool ipe_sources_has_copy(const struct ipe_rules *rules, const struct ipe_sources *sources,
			  const char *path)
{
	const char *name = ipe_last_part(path);

	return rules->copy && sources->stdin_code && !sources->any_file &&
	       is_made_from(rules->copy, name) &&
	       !ipe_names_has(&sources->files, name, strlen(name));
}
