/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "lines.h"

bool read_line_of(struct lines *lines)
{
	size_t at = lines->next;
	size_t len = lines->text.len;
	const char *text = lines->text.at;

	if (at >= len)
		return false;
	while (at < len && text[at] != '\n' && text[at] != '\r')
		at++;
	lines->line = (struct ipe_span){ text + lines->next, at - lines->next };
	lines->number++;
	if (at == len)
		lines->end = LINE_END_NONE;
	else if (text[at] == '\n')
		lines->end = LINE_END_LF;
	else if (at + 1 < len && text[at + 1] == '\n')
		lines->end = LINE_END_CRLF;
	else
		lines->end = LINE_END_CR;
	lines->next = at + (lines->end == LINE_END_CRLF ? 2 : 1);
	return true;
}

struct ipe_span get_line(struct lines *lines, uint32_t number)
{
	if (lines->number > number)
		*lines = (struct lines){ .text = lines->text };
	while (lines->number < number)
		if (!read_line_of(lines))
			return (struct ipe_span){ "", 0 };
	return lines->line;
}

bool take_word(struct ipe_span *rest, struct ipe_span *ret)
{
	size_t len = 0;

	while (rest->len > 0 && (rest->at[0] == ' ' || rest->at[0] == '\t')) {
		rest->at++;
		rest->len--;
	}
	while (len < rest->len && rest->at[len] != ' ' && rest->at[len] != '\t' &&
	       rest->at[len] != '#')
		len++;
	if (len == 0)
		return false;
	*ret = (struct ipe_span){ rest->at, len };
	rest->at += len;
	rest->len -= len;
	return true;
}

bool span_equals(struct ipe_span span, const char *text)
{
	return span.len == strlen(text) && memcmp(span.at, text, span.len) == 0;
}

bool take_prefix(struct ipe_span *span, const char *prefix)
{
	size_t len = strlen(prefix);

	if (span->len < len || memcmp(span->at, prefix, len) != 0)
		return false;
	span->at += len;
	span->len -= len;
	return true;
}
