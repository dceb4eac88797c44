/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdbool.h>
#include <string.h>

#include "text.h"

void ipe_text_add_bytes(struct ipe_text *text, const char *bytes, size_t len)
{
	size_t room = text->size - text->len;

	if (len > room)
		len = room;
	memcpy(text->start + text->len, bytes, len);
	text->len += len;
}

void ipe_text_add(struct ipe_text *text, const char *string)
{
	ipe_text_add_bytes(text, string, strlen(string));
}

void ipe_text_add_number(struct ipe_text *text, unsigned long number)
{
	char digits[20];
	size_t at = sizeof(digits);

	do {
		digits[--at] = (char)('0' + number % 10);
		number /= 10;
	} while (number);
	ipe_text_add_bytes(text, digits + at, sizeof(digits) - at);
}

static bool is_harmless(unsigned char c)
{
	return c >= ' ' && c < 0x7f && c != '\\';
}

static void add_one(struct ipe_text *text, char letter)
{
	unsigned char c = (unsigned char)letter;
	char octal[4] = { '\\', (char)('0' + (c >> 6)), (char)('0' + (c >> 3 & 7)),
			  (char)('0' + (c & 7)) };

	if (is_harmless(c))
		ipe_text_add_bytes(text, &letter, 1);
	else
		ipe_text_add_bytes(text, octal, sizeof(octal));
}

void ipe_text_add_harmless(struct ipe_text *text, const char *string, size_t limit)
{
	for (size_t i = 0; i < limit && string[i]; i++)
		add_one(text, string[i]);
}

/* What no shell makes anything of. */
static bool is_plain(const char *string)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789/._+,:@-";

	return *string && !string[strspn(string, plain)];
}

void ipe_text_add_quoted(struct ipe_text *text, const char *string, size_t limit)
{
	if (is_plain(string)) {
		ipe_text_add_harmless(text, string, limit);
		return;
	}
	ipe_text_add(text, "'");
	for (size_t i = 0; i < limit && string[i]; i++) {
		if (string[i] == '\'')
			ipe_text_add(text, "'\\''");
		else
			add_one(text, string[i]);
	}
	ipe_text_add(text, "'");
}
