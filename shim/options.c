/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the options of an interpreter say. */
#include <string.h>

#include "arguments.h"
#include "words.h"

#define DIGITS	       "0123456789"
#define WORD_LETTERS   "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_" DIGITS
#define PLAIN_LETTERS  WORD_LETTERS "=.,:/+- "
#define SYMBOL_LETTERS WORD_LETTERS "-!?*<>=/+.$%&~^:"

static const struct effect {
	enum ipe_option kind;
	bool takes_operand;
	bool is_code;
	bool is_file;
	bool is_stdin;
	bool is_any_file;
	bool is_program;
	bool leaves_stdin;
	bool is_stderr;
	bool ends_options;
} effects[] = {
	{ IPE_OPTION_OPERAND, .takes_operand = true },
	{ IPE_OPTION_NEXT_WORD, .takes_operand = true },
	{ IPE_OPTION_TWO_OPERANDS, .takes_operand = true },
	{ IPE_OPTION_SETTING, .takes_operand = true },
	{ IPE_OPTION_NEXT_SETTING, .takes_operand = true },
	{ IPE_OPTION_LONG, .takes_operand = true },
	{ IPE_OPTION_FUNCTION_NAME, .takes_operand = true },
	{ IPE_OPTION_FUNCTION, .takes_operand = true },
	{ IPE_OPTION_DEFINITION, .takes_operand = true },
	{ IPE_OPTION_SUFFIX, .takes_operand = true },
	{ IPE_OPTION_MAWK, .takes_operand = true },
	{ IPE_OPTION_CODE, .takes_operand = true, .is_code = true, .is_program = true },
	{ IPE_OPTION_CODE_LAST, .takes_operand = true, .is_code = true, .is_program = true,
	  .ends_options = true },
	{ IPE_OPTION_CODE_TOO, .takes_operand = true, .is_code = true },
	{ IPE_OPTION_CODE_AND_STDIN, .takes_operand = true, .is_code = true, .is_stdin = true },
	{ IPE_OPTION_CODE_OR_SCRIPT, .takes_operand = true, .is_code = true, .leaves_stdin = true },
	{ IPE_OPTION_REMOTE, .is_code = true },
	{ IPE_OPTION_FILE, .takes_operand = true, .is_file = true, .is_program = true },
	{ IPE_OPTION_FILE_LAST, .takes_operand = true, .is_file = true, .is_program = true,
	  .ends_options = true },
	{ IPE_OPTION_FILE_TOO, .takes_operand = true, .is_file = true },
	{ IPE_OPTION_EVERY_FILE, .takes_operand = true, .is_any_file = true },
	{ IPE_OPTION_ALL_FILES, .is_any_file = true },
	{ IPE_OPTION_MODULE, .takes_operand = true, .is_program = true, .ends_options = true },
	{ IPE_OPTION_ENDS_OPTIONS, .ends_options = true },
	{ IPE_OPTION_STDIN, .is_stdin = true },
	{ IPE_OPTION_STDIN_IS_DATA, .leaves_stdin = true },
	{ IPE_OPTION_STDERR_IS_CODE, .leaves_stdin = true, .is_stderr = true },
	{ IPE_OPTION_QUITS, .leaves_stdin = true },
	{ IPE_OPTION_QUITS_ATTACHED, .leaves_stdin = true },
	{ IPE_OPTION_QUITS_COLON, .leaves_stdin = true },
};

static const struct effect *effect_of(enum ipe_option kind)
{
	static const struct effect none = { IPE_OPTION_FLAG };

	for (size_t i = 0; i < sizeof(effects) / sizeof(effects[0]); i++)
		if (effects[i].kind == kind)
			return &effects[i];
	return &none;
}

bool ipe_takes_operand(enum ipe_option kind)
{
	return effect_of(kind)->takes_operand;
}

/* Whether the next word is the operand of an option that can be without one. */
bool ipe_may_take_operand(const struct parser *parser, enum ipe_option kind)
{
	if (kind == IPE_OPTION_FILE_OR_STDIN)
		return !parser->sources->stdin_code;
	return (kind == IPE_OPTION_PRINT || kind == IPE_OPTION_FILE_OR_NONE) && parser->count &&
	       **parser->words != '-';
}

static void apply(struct parser *parser, const struct effect *effect, const char *operand)
{
	if (effect->is_code)
		parser->sources->inline_code = "the argument of an option";
	if (effect->is_file)
		ipe_take_file(parser, operand);
	if (effect->is_stderr)
		ipe_sources_add_file(parser->sources, "/dev/fd/2", sizeof("/dev/fd/2") - 1);
	parser->sources->stdin_code |= effect->is_stdin;
	parser->sources->any_file |= effect->is_any_file;
	parser->has_program |= effect->is_program;
	parser->leaves_stdin |= effect->leaves_stdin;
	parser->operands_begin |= effect->ends_options;
	parser->rest_is_data |= effect->ends_options && effect->is_program;
}

/* It may take the next word or not, so nobody can tell which is the script. */
static void take_unknown(struct parser *parser)
{
	if (parser->rules->traits & IPE_ANY_OPTION)
		return;
	parser->sources->stdin_code = true;
	if (parser->rules->traits & IPE_UNKNOWN_IS_STDIN) {
		parser->has_program = true;
		parser->operands_begin = true;
		return;
	}
	ipe_sources_set_inline(parser->sources, "an option that is not known", parser->word,
			       strcspn(parser->word, "="));
	parser->sources->any_file = true;
}

/* What is left are a module's arguments, and maybe those of one that it runs. */
static void take_module(struct parser *parser, const char *module)
{
	enum ipe_module kind = module ? ipe_find_module(parser->rules, module) : IPE_MODULE_CODE;

	if (ipe_module_takes_code(kind)) {
		parser->sources->inline_code = "a module that interprets its arguments";
		parser->sources->stdin_code = true;
	}
	for (int i = 0; i < parser->count && kind >= IPE_MODULE_FILES; i++) {
		const char *word = parser->words[i], *equals = strchr(word, '=');
		const char *value = *word == '-' && equals ? equals + 1 : word;

		if (strncmp(word, "-m", 2) == 0 && word[2])
			value = word + 2;
		if (ipe_module_takes_code(ipe_find_module(parser->rules, value))) {
			parser->sources->inline_code = "a module that interprets its arguments";
			parser->sources->stdin_code = true;
		}
		if (*value != '-')
			ipe_take_file(parser, value);
	}
}

/* What it does with files it does with all that are opened. */
static void take_function(struct parser *parser, const char *function)
{
	const struct ipe_entry *found =
		function ? ipe_find_entry(&parser->rules->modules, function, strlen(function))
			 : NULL;
	enum ipe_module kind = found ? (enum ipe_module)found->kind : IPE_MODULE_CODE_AND_FILES;

	if (ipe_module_takes_code(kind))
		ipe_sources_set_inline(parser->sources,
				       "a function that may interpret what it is given",
				       function ? function : "", function ? strlen(function) : 0);
	parser->sources->any_file |= kind >= IPE_MODULE_FILES;
}

/* jq takes the first operand wherever it stands; its newest version the next word. */
static void take_first_file(struct parser *parser)
{
	parser->operand_is_file = true;
	ipe_take_file(parser, parser->first_operand);
	if (parser->count && **parser->words != '-')
		ipe_take_file(parser, *parser->words);
}

/*
 * Perl's modules take what follows as they like: O evaluates the backend that it names. No list of names,
 * layers or variables has one of these characters.
 */
static bool are_names(const char *module, const char *arguments)
{
	static const char of_code[] = ";{}[]`'\"<>|\\#?\n\r\t";
	size_t backend = strspn(arguments, WORD_LETTERS ":");

	if (strncmp(module, "O=", 2) == 0 && arguments[backend] && arguments[backend] != ',')
		return false;
	return !strpbrk(arguments, of_code);
}

/* "-strict", "5.010", "v5.36" and "POSIX=floor,ceil", whose list is put between quotes by perl. */
static bool is_module_name(const char *text)
{
	const char *version, *name;

	text += *text == '-';
	version = text + (*text == 'v');
	if (strspn(version, DIGITS "._") == strlen(version))
		return true;
	name = text;
	text += strspn(text, WORD_LETTERS ":");
	return !*text || (*text == '=' && are_names(name, text + 1));
}

static bool is_harmless_setting(const struct parser *parser, const char *text)
{
	size_t len = strcspn(text, "= ");

	return ipe_find_entry(&parser->rules->settings, text, len) != NULL;
}

static void take_mawk_extension(struct parser *parser, const char *text)
{
	static const char *const harmless[] = { "version",     "dump",	"help",
						"interactive", "usage", "random",
						"sprintf",     "posix", "traditional" };
	size_t len = strspn(text, WORD_LETTERS);

	if (*text == 'e') {
		ipe_take(parser, IPE_OPTION_FILE_LAST, ipe_next_argument(parser));
		return;
	}
	for (size_t i = 0; i < sizeof(harmless) / sizeof(harmless[0]); i++)
		if (len && !strchr(text, ',') && strncmp(text, harmless[i], len) == 0)
			return;
	if (len && strncmp(text, "posix_space", len) == 0 && !strchr(text, ','))
		return;
	take_unknown(parser);
}

/* What stands for another option, by its operand. */
static enum ipe_option resolve(enum ipe_option kind, const char *operand)
{
	if (kind == IPE_OPTION_PRINT)
		return operand ? IPE_OPTION_CODE : IPE_OPTION_FLAG;
	if (kind == IPE_OPTION_FILE_OR_NONE || kind == IPE_OPTION_FILE_OR_STDIN)
		return operand ? IPE_OPTION_FILE_TOO : IPE_OPTION_FLAG;
	if (kind == IPE_OPTION_ATTACHED_FILE)
		return operand ? IPE_OPTION_FILE_TOO : IPE_OPTION_STDIN;
	if (kind == IPE_OPTION_FUNCTION_NAME)
		return operand && operand[strspn(operand, SYMBOL_LETTERS)] ? IPE_OPTION_CODE_TOO
									   : IPE_OPTION_FLAG;
	if (kind == IPE_OPTION_DEFINITION)
		return operand && (operand[strspn(operand, PLAIN_LETTERS)] ||
				   strstr(operand, "syscmd"))
			       ? IPE_OPTION_CODE_TOO
			       : IPE_OPTION_FLAG;
	if (kind == IPE_OPTION_MODULE_NAME)
		return operand && !is_module_name(operand) ? IPE_OPTION_CODE_TOO : IPE_OPTION_FLAG;
	return kind;
}

void ipe_take(struct parser *parser, enum ipe_option kind, const char *operand)
{
	kind = resolve(kind, operand);
	if (kind == IPE_OPTION_SUFFIX && operand)
		parser->sources->any_file |= !ipe_has_word(parser->rules->suffixes, operand);
	if (kind == IPE_OPTION_UNKNOWN)
		take_unknown(parser);
	else if (kind == IPE_OPTION_FIRST_IS_CODE)
		parser->operand_is_code = true;
	else if (kind == IPE_OPTION_FIRST_IS_FILE)
		take_first_file(parser);
	else if (kind == IPE_OPTION_TWO_OPERANDS)
		ipe_next_argument(parser);
	else if (kind == IPE_OPTION_FUNCTION)
		take_function(parser, operand);
	else if (kind == IPE_OPTION_MODULE)
		take_module(parser, operand);
	else if (kind == IPE_OPTION_MAWK && operand)
		take_mawk_extension(parser, operand);
	else if (kind == IPE_OPTION_LONG && operand && !ipe_take_long(parser, operand))
		take_unknown(parser);
	else if (kind == IPE_OPTION_SETTING && operand && !is_harmless_setting(parser, operand))
		ipe_sources_set_inline(parser->sources,
				       "a setting that is not known to be harmless", operand,
				       strcspn(operand, "="));
	else if (kind == IPE_OPTION_NEXT_SETTING && operand &&
		 !is_harmless_setting(parser, operand))
		take_unknown(parser);
	apply(parser, effect_of(kind), operand);
}

/* The entry that @name can be cut short for: any one, if all that it can be say the same. */
static enum ipe_option find_abbreviated(const struct ipe_rules *rules, const char *name, size_t len)
{
	const struct ipe_entry *entry = ipe_first_entry(&rules->options, name, len);
	const struct ipe_entry *end = ipe_last_entry(&rules->options);
	enum ipe_option kind = IPE_OPTION_UNKNOWN;

	for (; entry < end && strncmp(ipe_entry_text(entry), name, len) == 0; entry++) {
		if (kind != IPE_OPTION_UNKNOWN && kind != (enum ipe_option)entry->kind)
			return IPE_OPTION_UNKNOWN;
		kind = (enum ipe_option)entry->kind;
	}
	return kind;
}

static enum ipe_option find_long(const struct ipe_rules *rules, const char *name, size_t len)
{
	const struct ipe_entry *found = ipe_find_entry(&rules->options, name, len);
	const char *end = name + len;

	if (found)
		return (enum ipe_option)found->kind;
	if (rules->traits & IPE_NEGATES && len >= 3 && strncmp(name, "no", 2) == 0) {
		name += name[2] == '-' ? 3 : 2;
		found = ipe_find_entry(&rules->options, name, (size_t)(end - name));
	}
	/* "+o noNAME" turns it on. */
	if (found)
		return rules->traits & IPE_LOOSE_NAMES ? (enum ipe_option)found->kind
						       : IPE_OPTION_FLAG;
	return rules->traits & IPE_ABBREVIATES ? find_abbreviated(rules, end - len, len)
					       : IPE_OPTION_UNKNOWN;
}

/* As the table spells it, in @room; all of @name if it is too long for an option. */
static const char *spell(const struct ipe_rules *rules, const char *name, size_t *len, char *room,
			 size_t size)
{
	const bool loose = rules->traits & IPE_LOOSE_NAMES;
	size_t used = 0;

	if (!(rules->traits & (IPE_UNDERSCORES | IPE_LOOSE_NAMES)) || *len > size)
		return name;
	for (size_t i = 0; i < *len; i++) {
		if (loose && strchr("-_", name[i]))
			continue;
		if (loose && name[i] >= 'A' && name[i] <= 'Z')
			room[used++] = (char)(name[i] - 'A' + 'a');
		else
			room[used++] = name[i] == '_' ? '-' : name[i];
	}
	*len = used;
	return room;
}

bool ipe_take_long(struct parser *parser, const char *name)
{
	char room[64];
	size_t len = strcspn(name, "=");
	const char *value = name[len] ? name + len + 1 : NULL;
	const char *spelled = spell(parser->rules, name, &len, room, sizeof(room));
	enum ipe_option kind = IPE_OPTION_UNKNOWN;

	if (len)
		kind = find_long(parser->rules, spelled, len);
	if (kind == IPE_OPTION_UNKNOWN)
		return false;
	if (!value && ipe_may_take_operand(parser, kind))
		value = ipe_next_argument(parser);
	else if (!value && ipe_takes_operand(kind))
		value = ipe_next_argument(parser);
	ipe_take(parser, kind, value);
	return true;
}
