/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads arguments as the interpreter that they are for reads them. */
#include <string.h>

#include "sources.h"
#include "words.h"

struct parser {
	const struct ipe_rules *rules;
	/* The words that are left. */
	char **words;
	int count;
	struct ipe_sources *sources;
	/* An option has named the program, or there is to be none. */
	bool has_program;
	/* Nothing makes it read standard input for want of a program. */
	bool leaves_stdin;
	/* The first operand is code: -c of a shell. */
	bool operand_is_code;
	bool operands_begin;
};

static const char *next_word(struct parser *parser)
{
	if (parser->count == 0)
		return NULL;
	parser->count--;
	return *parser->words++;
}

static void add_file(struct parser *parser, const char *path)
{
	if (!path)
		return;
	if (strncmp(path, "data:", strlen("data:")) == 0)
		parser->sources->inline_code = "an argument";
	if (strcmp(path, "-") == 0 || strcmp(path, "/dev/stdin") == 0)
		parser->sources->stdin_code = true;
	if (strcmp(path, "-") != 0)
		ipe_sources_add_file(parser->sources, path, strlen(path));
}

static void take_file(struct parser *parser, const char *path)
{
	add_file(parser, path);
	parser->has_program = true;
}

static void take_code(struct parser *parser, const char *where)
{
	parser->sources->inline_code = where;
	parser->has_program = true;
}

/* What an option of some kind says, beyond whether it takes an operand. */
static const struct effect {
	enum ipe_kind kind;
	bool is_code;
	bool is_file;
	bool is_stdin;
	bool is_program;
	bool leaves_stdin;
	bool ends_options;
} effects[] = {
	{ IPE_KIND_CODE_LAST, .is_code = true, .is_program = true, .ends_options = true },
	{ IPE_KIND_CODE, .is_code = true, .is_program = true },
	{ IPE_KIND_CODE_TOO, .is_code = true },
	{ IPE_KIND_CODE_OR_SCRIPT, .is_code = true, .leaves_stdin = true },
	{ IPE_KIND_FILE_LAST, .is_file = true, .is_program = true, .ends_options = true },
	{ IPE_KIND_FILE, .is_file = true, .is_program = true },
	{ IPE_KIND_FILE_TOO, .is_file = true },
	{ IPE_KIND_MODULE, .is_program = true, .ends_options = true },
	{ IPE_KIND_STDIN, .is_stdin = true },
	{ IPE_KIND_QUITS, .leaves_stdin = true },
	{ IPE_KIND_QUITS_ATTACHED, .leaves_stdin = true },
};

static void apply(struct parser *parser, const struct effect *effect, const char *operand)
{
	if (effect->is_code)
		parser->sources->inline_code = "the argument of an option";
	if (effect->is_file)
		add_file(parser, operand);
	parser->sources->stdin_code |= effect->is_stdin;
	parser->has_program |= effect->is_program;
	parser->leaves_stdin |= effect->leaves_stdin;
	parser->operands_begin |= effect->ends_options;
}

/* What is left are a module's arguments. */
static void add_files_of_module(struct parser *parser, const char *module)
{
	if (!module || !ipe_has_word(parser->rules->file_modules, module))
		return;
	for (int i = 0; i < parser->count; i++)
		if (parser->words[i][0] != '-')
			add_file(parser, parser->words[i]);
}

/* "-strict" and "POSIX=floor,ceil" are put between quotes by perl; more than that it executes. */
static bool is_module_name(const char *text)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				      "0123456789_:";

	text += *text == '-';
	text += strspn(text, letters);
	return !*text || *text == '=';
}

/* An option of kind @kind with @operand, which is NULL if it has none. */
static void take(struct parser *parser, enum ipe_kind kind, const char *operand)
{
	if (kind == IPE_KIND_FIRST_IS_CODE)
		parser->operand_is_code = true;
	else if (kind == IPE_KIND_PRINT)
		kind = operand ? IPE_KIND_CODE : IPE_KIND_FLAG;
	else if (kind == IPE_KIND_ATTACHED_FILE)
		kind = operand ? IPE_KIND_FILE_TOO : IPE_KIND_STDIN;
	else if (kind == IPE_KIND_ATTACHED_CODE)
		kind = operand ? IPE_KIND_CODE_TOO : IPE_KIND_FLAG;
	else if (kind == IPE_KIND_MODULE_NAME)
		kind = operand && !is_module_name(operand) ? IPE_KIND_CODE_TOO : IPE_KIND_FLAG;
	else if (kind == IPE_KIND_MODULE)
		add_files_of_module(parser, operand);
	else if (kind == IPE_KIND_MAWK && operand && *operand == 'e')
		take(parser, IPE_KIND_FILE_LAST, next_word(parser));
	for (size_t i = 0; i < sizeof(effects) / sizeof(effects[0]); i++)
		if (effects[i].kind == kind)
			apply(parser, &effects[i], operand);
}

static bool takes_operand(enum ipe_kind kind)
{
	return strchr(":ceELfFxmWpn", (int)kind);
}

static enum ipe_kind kind_of_letter(const struct ipe_rules *rules, char letter)
{
	const char *list = rules->options;
	struct ipe_word word;

	while (ipe_next_word(&list, &word))
		if (word.start[0] == letter)
			return (enum ipe_kind)word.start[1];
	return IPE_KIND_FLAG;
}

/* What is left of a word behind a letter that may have something of its own behind it. */
static const char *skip_own(enum ipe_kind kind, const char *letters)
{
	if (kind == IPE_KIND_ATTACHED || kind == IPE_KIND_QUITS_ATTACHED ||
	    (kind == IPE_KIND_NUMBER && *letters == ':'))
		return letters + strlen(letters);
	if (kind == IPE_KIND_NUMBER && *letters == 'x')
		return letters + 1 + strspn(letters + 1, "0123456789abcdefABCDEF");
	if (kind == IPE_KIND_NUMBER)
		return letters + strspn(letters, "0123456789");
	if (kind == IPE_KIND_UNICODE)
		return letters + strspn(letters, "0123456789IOEioADLSa");
	return letters;
}

static bool is_attached(enum ipe_kind kind)
{
	return kind == IPE_KIND_ATTACHED_FILE || kind == IPE_KIND_ATTACHED_CODE ||
	       kind == IPE_KIND_MODULE_NAME;
}

static void take_letters(struct parser *parser, const char *letters)
{
	while (*letters && !parser->operands_begin) {
		enum ipe_kind kind = kind_of_letter(parser->rules, *letters++);

		if (kind == IPE_KIND_DEBUGGER) {
			parser->sources->inline_code = "a debugger";
			letters += *letters == 't';
			if (*letters == ':' || *letters == '=')
				return;
			continue;
		}
		if (is_attached(kind)) {
			take(parser, kind, *letters ? letters : NULL);
			return;
		}
		letters = skip_own(kind, letters);
		if (kind == IPE_KIND_NEXT_WORD || (kind == IPE_KIND_PRINT && !*letters)) {
			take(parser, kind, next_word(parser));
		} else if (takes_operand(kind) && kind != IPE_KIND_PRINT) {
			take(parser, kind, *letters ? letters : next_word(parser));
			return;
		} else {
			take(parser, kind, NULL);
		}
	}
}

/* How well an option that was given matches one of the table. */
enum match {
	NO_MATCH,
	CUT_SHORT,
	EXACT,
};

static enum match match(const char *given, size_t len, const struct ipe_word *known)
{
	size_t known_len = known->len - 2;

	if (len > known_len || memcmp(given, known->start, len) != 0)
		return NO_MATCH;
	return len == known_len ? EXACT : CUT_SHORT;
}

/* False if the table has no such option. */
static bool take_long(struct parser *parser, const char *name)
{
	size_t len = strcspn(name, "=");
	const char *value = name[len] ? name + len + 1 : NULL;
	const char *list = parser->rules->long_options;
	struct ipe_word word, found = { NULL, 0 };
	enum ipe_kind kind;

	while (len && ipe_next_word(&list, &word)) {
		enum match how = match(name, len, &word);

		if (how == EXACT || (how == CUT_SHORT && parser->rules->traits & IPE_ABBREVIATES))
			found = word;
		if (how == EXACT)
			break;
	}
	if (!found.start)
		return false;
	kind = (enum ipe_kind)found.start[found.len - 1];
	if (!value && takes_operand(kind))
		value = next_word(parser);
	take(parser, kind, value);
	return true;
}

/* False if the word is no option. */
static bool take_option(struct parser *parser, const char *word)
{
	unsigned int traits = parser->rules->traits;

	if (strcmp(word, "--") == 0 || (strcmp(word, "-") == 0 && traits & IPE_SHELL)) {
		parser->operands_begin = true;
		return true;
	}
	if (word[0] == '+' && traits & IPE_SHELL) {
		take_letters(parser, word + 1);
		return true;
	}
	if (word[0] != '-' || !word[1])
		return false;
	if (word[1] == '-')
		take_long(parser, word + 2);
	else if (!(traits & IPE_ONE_DASH) || !take_long(parser, word + 1))
		take_letters(parser, word + 1);
	return true;
}

static void take_operand(struct parser *parser, const char *word)
{
	unsigned int traits = parser->rules->traits;

	if (traits & IPE_OPERANDS_ARE_DATA) {
		/* make: "X=$(shell ...)" and "X!=..." */
		if (strchr(word, '=') && strpbrk(word, "$!"))
			take_code(parser, "an argument");
		return;
	}
	if (parser->operand_is_code || (traits & IPE_FIRST_IS_CODE && !parser->has_program))
		take_code(parser, "an argument");
	else if (traits & IPE_ALL_ARE_FILES || !parser->has_program)
		take_file(parser, word);
	parser->operand_is_code = false;
	if (!(traits & IPE_PERMUTES))
		parser->operands_begin = true;
}

static void parse(struct parser *parser)
{
	while (parser->count > 0) {
		const char *word = next_word(parser);

		/* guile's "\": the options stand in the script's second line. */
		if (strcmp(word, "\\") == 0 && !parser->operands_begin)
			continue;
		if (!parser->operands_begin && take_option(parser, word))
			continue;
		take_operand(parser, word);
		parser->has_program = true;
	}
}

void ipe_sources_of_options(const struct ipe_rules *rules, char **words, int count,
			    struct ipe_sources *ret)
{
	struct parser parser = { .rules = rules, .words = words, .count = count, .sources = ret };

	while (parser.count > 0) {
		const char *word = next_word(&parser);

		if ((parser.operands_begin || !take_option(&parser, word)) &&
		    rules->traits & IPE_OPERANDS_ARE_DATA)
			take_operand(&parser, word);
	}
}

void ipe_sources_of_arguments(const struct ipe_rules *rules, int argc, char **argv,
			      struct ipe_sources *ret)
{
	struct parser parser = { .rules = rules, .sources = ret };

	if (rules->traits & IPE_NO_INTERPRETER)
		return;
	parser.words = argv + 1;
	parser.count = argc > 0 ? argc - 1 : 0;
	parse(&parser);
	if (rules->traits & IPE_READS_STDIN && !parser.has_program && !parser.leaves_stdin)
		ret->stdin_code = true;
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
