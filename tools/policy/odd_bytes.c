/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Characters that look like a blank, a quotation mark or nothing at all, and are bytes of a word. */
#include <stdio.h>
#include <string.h>

#include "memory.h"
#include "odd_bytes.h"

static const struct {
	const char *bytes;
	const char *name;
	bool is_blank;
} characters[] = {
	{ "\xc2\xa0", "a no-break space", true },
	{ "\xe1\x9a\x80", "an ogham space", true },
	{ "\xe2\x80\x80", "an en quad", true },
	{ "\xe2\x80\x81", "an em quad", true },
	{ "\xe2\x80\x82", "an en space", true },
	{ "\xe2\x80\x83", "an em space", true },
	{ "\xe2\x80\x84", "a three-per-em space", true },
	{ "\xe2\x80\x85", "a four-per-em space", true },
	{ "\xe2\x80\x86", "a six-per-em space", true },
	{ "\xe2\x80\x87", "a figure space", true },
	{ "\xe2\x80\x88", "a punctuation space", true },
	{ "\xe2\x80\x89", "a thin space", true },
	{ "\xe2\x80\x8a", "a hair space", true },
	{ "\xe2\x80\x8b", "a zero-width space", true },
	{ "\xe2\x80\x8c", "a zero-width non-joiner", true },
	{ "\xe2\x80\x8d", "a zero-width joiner", true },
	{ "\xe2\x80\xa8", "a line separator", true },
	{ "\xe2\x80\xa9", "a paragraph separator", true },
	{ "\xe2\x80\xaf", "a narrow no-break space", true },
	{ "\xe2\x81\x9f", "a mathematical space", true },
	{ "\xe2\x81\xa0", "a word joiner", true },
	{ "\xe3\x80\x80", "an ideographic space", true },
	{ "\xef\xbb\xbf", "a byte order mark", true },
	{ "\xc2\x85", "a next-line character", true },
	{ "\v", "a vertical tab", true },
	{ "\f", "a form feed", true },
	/* Of Latin-1; in UTF-8 no character begins with it. */
	{ "\xa0", "a no-break space", true },
	{ "\"", "a quotation mark", false },
	{ "'", "a quotation mark", false },
	{ "`", "a quotation mark", false },
	{ "\xe2\x80\x98", "a quotation mark", false },
	{ "\xe2\x80\x99", "a quotation mark", false },
	{ "\xe2\x80\x9c", "a quotation mark", false },
	{ "\xe2\x80\x9d", "a quotation mark", false },
	{ "\xe2\x80\x9e", "a quotation mark", false },
	{ "\xc2\xab", "a quotation mark", false },
	{ "\xc2\xbb", "a quotation mark", false },
	{ "\xe2\x80\x93", "a dash", false },
	{ "\xe2\x80\x94", "a dash", false },
	{ "\xe2\x88\x92", "a minus sign", false },
};

#define CHARACTER_COUNT (sizeof(characters) / sizeof(characters[0]))

/* How many bytes a character of UTF-8 has; 1 for a byte that begins none. */
static size_t size_of_character(struct ipe_span span)
{
	unsigned char first = (unsigned char)span.at[0];
	size_t size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc2 ? 2 : 1;
	size_t found = 1;

	while (found < size && found < span.len && ((unsigned char)span.at[found] & 0xc0) == 0x80)
		found++;
	return found == size ? size : 1;
}

static bool recognise(struct ipe_span span, struct odd_byte *ret)
{
	size_t size = size_of_character(span);
	unsigned char first = (unsigned char)span.at[0];

	for (size_t i = 0; i < CHARACTER_COUNT; i++) {
		if (strlen(characters[i].bytes) != size ||
		    memcmp(span.at, characters[i].bytes, size) != 0)
			continue;
		*ret = (struct odd_byte){ .size = size,
					  .name = characters[i].name,
					  .is_blank = characters[i].is_blank };
		return true;
	}
	if (first >= ' ' && first < 0x7f)
		return false;
	*ret = (struct odd_byte){
		.size = size,
		.name = first < 0x80 ? "a control character" : "not a character of ASCII",
	};
	return true;
}

bool find_odd_byte(struct ipe_span word, bool only_blanks, struct odd_byte *ret)
{
	for (size_t at = 0; at < word.len; at++) {
		struct ipe_span rest = { word.at + at, word.len - at };

		if (!recognise(rest, ret))
			continue;
		ret->at = word.at + at;
		if (ret->is_blank || !only_blanks)
			return true;
		at += ret->size - 1;
	}
	return false;
}

char *format_odd_byte(const struct odd_byte *odd)
{
	char hex[sizeof("0x00 0x00 0x00 0x00")] = "";
	char *end = hex;

	for (size_t i = 0; i < odd->size; i++)
		end += sprintf(end, "%s0x%02x", i ? " " : "", (unsigned char)odd->at[i]);
	return format_text("%s, %s", hex, odd->name);
}
