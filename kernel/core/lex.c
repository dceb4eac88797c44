// SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-or-later
/*
 * Words and lines of a policy's text, in one pass: a line's end is not looked for before its words
 * are. At a NUL byte the text ends, and the lexer says so.
 */
#include "internal.h"

#define BLANK 1 /* separates words */
#define STOP  2 /* ends the words of a line */
#define SPACE 4 /* is stripped from the end of a line: what Linux's isspace() knows */

static const uint8_t classes[256] = {
	['\0'] = STOP,	['\n'] = STOP,	       ['\r'] = STOP,
	['#'] = STOP,	[' '] = BLANK | SPACE, ['\t'] = BLANK | SPACE,
	['\v'] = SPACE, ['\f'] = SPACE,	       [0xa0] = SPACE,
};

static inline bool is(char byte, uint8_t class)
{
	return (classes[(uint8_t)byte] & class) != 0;
}

#define EIGHT(byte) ((byte)*0x0101010101010101U)

/* Whether one of eight bytes is below a limit of at most 0x80. */
static inline bool any_below(const char *bytes, uint8_t limit)
{
	uint64_t word;

	ipe_memcpy(&word, bytes, sizeof(word));
	return ((word - EIGHT(limit)) & ~word & EIGHT(0x80)) != 0;
}

/* The end of a word: most of a policy's bytes are digests, so eight at once are worth a look. */
static size_t find_word_end(struct ipe_span text, size_t from)
{
	const char *at = text.at + from, *end = text.at + text.len;

	while (end - at >= 8 && !any_below(at, '#' + 1))
		at += 8;
	while (at < end && !is(*at, BLANK | STOP))
		at++;
	return (size_t)(at - text.at);
}

static size_t skip_class(struct ipe_span text, size_t from, uint8_t class)
{
	while (from < text.len && is(text.at[from], class))
		from++;
	return from;
}

void ipe_lex_start(struct ipe_lexer *lexer, const char *text, size_t len)
{
	*lexer = (struct ipe_lexer){ .text = { text, len }, .line = 1 };
}

static bool ends_words(struct ipe_span text, size_t at)
{
	return at == text.len || is(text.at[at], STOP);
}

bool ipe_lex_word(struct ipe_lexer *lexer, struct ipe_span *ret)
{
	struct ipe_span text = lexer->text;
	size_t start = skip_class(text, lexer->next, BLANK);
	size_t end = find_word_end(text, start), after;

	lexer->next = end;
	if (end > start && is(text.at[end - 1], SPACE)) {
		after = skip_class(text, end, SPACE);
		if (ends_words(text, after)) {
			lexer->next = after;
			while (end > start && is(text.at[end - 1], SPACE))
				end--;
		}
	}
	*ret = (struct ipe_span){ text.at + start, end - start };
	return end > start;
}

/* Over a comment and the line's end; CR LF is one, or lines would be counted twice. */
bool ipe_lex_next_line(struct ipe_lexer *lexer)
{
	struct ipe_span text = lexer->text;
	size_t end = lexer->next;

	while (end < text.len && (text.at[end] == '#' || !is(text.at[end], STOP)))
		end++;
	lexer->next = end;
	if (end == text.len || text.at[end] == '\0')
		return false;

	if (text.at[end] == '\r' && text.len - end >= 2 && text.at[end + 1] == '\n')
		end++;
	lexer->next = lexer->line_start = end + 1;
	lexer->line++;
	return true;
}

bool ipe_lex_at_nul(const struct ipe_lexer *lexer)
{
	return lexer->next < lexer->text.len && lexer->text.at[lexer->next] == '\0';
}
