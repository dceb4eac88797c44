/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdlib.h>
#include <string.h>

#include "digest_text.h"
#include "memory.h"
#include "output.h"

char *format_digest(const struct ipe_digest *digest)
{
	char *hex = allocate(2 * digest->len + 1, 1);
	char *text;

	format_hex(hex, digest->bytes, digest->len);
	text = format_text("%.*s:%s", (int)digest->algorithm.len, digest->algorithm.at, hex);
	free(hex);
	return text;
}

static int digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

uint8_t *parse_hex(struct ipe_span hex)
{
	uint8_t *bytes = allocate(hex.len / 2, 1);
	bool valid = hex.len % 2 == 0;

	for (size_t i = 0; valid && i < hex.len; i += 2) {
		int high = digit_value(hex.at[i]);
		int low = digit_value(hex.at[i + 1]);

		valid = high >= 0 && low >= 0;
		if (valid)
			bytes[i / 2] = (uint8_t)(high << 4 | low);
	}
	if (valid)
		return bytes;
	free(bytes);
	return NULL;
}

bool parse_digest(struct ipe_span text, struct ipe_digest *ret, uint8_t **ret_bytes)
{
	const char *colon = memchr(text.at, ':', text.len);
	struct ipe_span hex;

	if (!colon || colon == text.at)
		return false;
	ret->algorithm = (struct ipe_span){ text.at, (size_t)(colon - text.at) };
	hex = (struct ipe_span){ colon + 1, text.len - ret->algorithm.len - 1 };
	*ret_bytes = parse_hex(hex);
	ret->bytes = *ret_bytes;
	ret->len = hex.len / 2;
	return *ret_bytes != NULL;
}
