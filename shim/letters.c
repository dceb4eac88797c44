/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Options of one letter, of which one word can have several. */
#include <string.h>

#include "arguments.h"

#define DIGITS	"0123456789"
#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_" DIGITS

static enum ipe_option kind_of(const struct ipe_rules *rules, const char *letters, size_t len)
{
	const struct ipe_entry *found = ipe_find_entry(&rules->letters, letters, len);

	return found ? (enum ipe_option)found->kind : IPE_OPTION_UNKNOWN;
}

/* What is left of a word behind a letter that may have something of its own behind it. */
static const char *skip_own(enum ipe_option kind, const char *letters)
{
	if (kind == IPE_OPTION_ATTACHED || kind == IPE_OPTION_QUITS_ATTACHED ||
	    kind == IPE_OPTION_REMOTE)
		return letters + strlen(letters);
	if ((kind == IPE_OPTION_NUMBER || kind == IPE_OPTION_QUITS_COLON) && *letters == ':')
		return letters + strlen(letters);
	/* Perl takes the x for a switch of its own if there is more than digits behind it. */
	if (kind == IPE_OPTION_NUMBER && *letters == 'x') {
		size_t len = 1 + strspn(letters + 1, DIGITS "abcdefABCDEF");

		return letters[len] || len == 1 ? letters : letters + len;
	}
	if (kind == IPE_OPTION_NUMBER)
		return letters + strspn(letters, DIGITS);
	if (kind == IPE_OPTION_UNICODE)
		return letters + strspn(letters, DIGITS "IOEioADLSa");
	if (kind == IPE_OPTION_LETTERS)
		return letters + strspn(letters, LETTERS);
	if (kind == IPE_OPTION_UP_TO_BLANK)
		return letters + strcspn(letters, " \t\n\r\v\f");
	if (kind == IPE_OPTION_ONE_LETTER && *letters)
		return letters + 1;
	return letters;
}

/* Perl puts the pattern between quotes, unless it brings its own. */
static const char *take_pattern(struct parser *parser, const char *letters)
{
	size_t len = strcspn(letters, " \t\n\r\v\f");

	if (len > 1 && strchr("/'\"", *letters) && memchr(letters + 1, *letters, len - 1))
		ipe_take(parser, IPE_OPTION_CODE_TOO, letters);
	return letters + len;
}

/* What is left behind perl's -d. */
static const char *take_debugger(struct parser *parser, const char *letters)
{
	letters += *letters == 't' && !strchr(LETTERS, letters[1] ? letters[1] : '-');
	if (*letters == ':' || *letters == '=') {
		ipe_take(parser, IPE_OPTION_MODULE_NAME, letters + 1);
		return letters + strlen(letters);
	}
	parser->sources->inline_code = "a debugger";
	parser->sources->stdin_code = true;
	parser->sources->debugs = true;
	parser->sources->any_file |= parser->sources->debugger_is_set;
	return letters;
}

/* Of an option whose operand is the rest of the word, or the next. */
static void take_with_operand(struct parser *parser, enum ipe_option kind, const char *rest)
{
	if (*rest == '=' && parser->rules->traits & IPE_EQUALS_SIGN)
		rest++;
	else if (!*rest)
		rest = ipe_next_argument(parser);
	ipe_take(parser, kind, rest);
}

/* What is left of the word behind one letter and what is its own; NULL if nothing is. */
static const char *take_letter(struct parser *parser, enum ipe_option kind, const char *letters)
{
	if (kind == IPE_OPTION_DEBUGGER)
		return take_debugger(parser, letters);
	if (kind == IPE_OPTION_PATTERN)
		return take_pattern(parser, letters);
	if (kind == IPE_OPTION_ATTACHED_FILE || kind == IPE_OPTION_MODULE_NAME) {
		ipe_take(parser, kind, *letters ? letters : NULL);
		return NULL;
	}
	if (kind == IPE_OPTION_NEXT_WORD || kind == IPE_OPTION_NEXT_SETTING) {
		ipe_take(parser, kind, ipe_next_argument(parser));
		return letters;
	}
	if (!*letters && ipe_may_take_operand(parser, kind)) {
		ipe_take(parser, kind, ipe_next_argument(parser));
		return letters;
	}
	if (ipe_takes_operand(kind)) {
		take_with_operand(parser, kind, letters);
		return NULL;
	}
	ipe_take(parser, kind, NULL);
	return skip_own(kind, letters);
}

/* perl's "-w -e": more letters behind blanks and a dash. */
static const char *skip_blanks(const char *letters)
{
	const char *next = letters + strspn(letters, " ");

	if (next == letters)
		return letters;
	return *next == '-' ? next + 1 : NULL;
}

bool ipe_is_letter(const struct parser *parser, const char *letter)
{
	return strlen(letter) <= 1 &&
	       kind_of(parser->rules, letter, strlen(letter)) != IPE_OPTION_UNKNOWN;
}

void ipe_take_letters(struct parser *parser, const char *letters)
{
	unsigned int traits = parser->rules->traits;

	if (traits & IPE_NO_CLUSTERS || (!*letters && ipe_is_letter(parser, letters))) {
		take_letter(parser, kind_of(parser->rules, letters, strlen(letters)), "");
		return;
	}
	while (letters && *letters && !parser->operands_begin) {
		enum ipe_option kind = kind_of(parser->rules, letters, 1);

		letters = take_letter(parser, kind, letters + 1);
		if (letters && traits & IPE_BLANK_IN_LETTERS)
			letters = skip_blanks(letters);
	}
}
