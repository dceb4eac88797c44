// SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-or-later
/* Lines and words of a policy's text. */
#include "internal.h"

#define BLANK 1 /* separates words */
#define SPACE 2 /* is stripped from the end of a line: what Linux's isspace() knows */
#define STOP  4 /* ends what is looked at of a line */

static const uint8_t classes[256] = {
	['\0'] = STOP,	['\n'] = STOP,	       ['\r'] = STOP,
	['#'] = STOP,	[' '] = BLANK | SPACE, ['\t'] = BLANK | SPACE,
	['\v'] = SPACE, ['\f'] = SPACE,	       [0xa0] = SPACE,
};

static bool is(char byte, uint8_t class)
{
	return (classes[(uint8_t)byte] & class) != 0;
}

static size_t find_stop(const struct ipe_lexer *lexer, size_t from)
{
	while (from < lexer->len && !is(lexer->text[from], STOP))
		from++;
	return from;
}

void ipe_lex_start(struct ipe_lexer *lexer, const char *text, size_t len)
{
	*lexer = (struct ipe_lexer){ .text = text, .len = len, .line = 1 };
}

/* Over the line's end; CR LF is one, or lines would be counted twice. */
static size_t skip_line_end(const struct ipe_lexer *lexer, size_t end)
{
	const char *text = lexer->text;

	if (end + 1 < lexer->len && text[end] == '\r' && text[end + 1] == '\n')
		return end + 2;
	return end + 1;
}

enum ipe_lexed ipe_lex_line(struct ipe_lexer *lexer, struct ipe_span *ret)
{
	const char *text = lexer->text;
	size_t content, end;

	if (lexer->line_ended) {
		lexer->line_ended = false;
		lexer->line_start = lexer->next;
		lexer->line++;
	}
	*ret = (struct ipe_span){ text + lexer->next, 0 };
	if (lexer->next >= lexer->len)
		return IPE_LEXED_END;

	content = find_stop(lexer, lexer->next);
	for (end = content; end < lexer->len && text[end] == '#';)
		end = find_stop(lexer, end + 1);
	if (end < lexer->len && text[end] == '\0') {
		*ret = (struct ipe_span){ text + end, 1 };
		return IPE_LEXED_NUL;
	}
	lexer->line_ended = end < lexer->len;
	lexer->next = lexer->line_ended ? skip_line_end(lexer, end) : end;

	while (content > lexer->line_start && is(text[content - 1], SPACE))
		content--;
	ret->len = content - lexer->line_start;
	return IPE_LEXED_LINE;
}

bool ipe_lex_word(struct ipe_span *line, struct ipe_span *ret)
{
	size_t start = 0, end;

	while (start < line->len && is(line->at[start], BLANK))
		start++;
	for (end = start; end < line->len && !is(line->at[end], BLANK);)
		end++;
	*ret = (struct ipe_span){ line->at + start, end - start };
	*line = (struct ipe_span){ line->at + end, line->len - end };
	return end > start;
}

bool ipe_lex_last_word(struct ipe_span *line, struct ipe_span *ret)
{
	size_t end = line->len, start;

	while (end > 0 && is(line->at[end - 1], BLANK))
		end--;
	for (start = end; start > 0 && !is(line->at[start - 1], BLANK);)
		start--;
	*ret = (struct ipe_span){ line->at + start, end - start };
	line->len = start;
	return end > start;
}
