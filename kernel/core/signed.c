// SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-or-later
/*
 * A signature behind the text, as the kernel's modules have it: text, signature, twelve bytes that
 * describe it, a line that says so.
 */
#include "internal.h"

static const char magic[] = "~Module signature appended~\n";

#define MAGIC_BYTES   (sizeof(magic) - 1)
#define TRAILER_BYTES 12
#define TYPE_PKCS7    2
#define TYPE_AT	      2
#define LENGTH_AT     8

static bool trailer_is_pkcs7(const uint8_t *trailer)
{
	size_t i;

	for (i = 0; i < LENGTH_AT; i++)
		if (trailer[i] != (i == TYPE_AT ? TYPE_PKCS7 : 0))
			return false;
	return true;
}

int ipe_split_signed(const uint8_t *file, size_t len, struct ipe_span *ret_text,
		     struct ipe_span *ret_signature)
{
	const uint8_t *trailer, *length;
	uint32_t signature;

	if (len < MAGIC_BYTES || !ipe_bytes_equal(file + len - MAGIC_BYTES, magic, MAGIC_BYTES))
		return 0;
	len -= MAGIC_BYTES;
	if (len < TRAILER_BYTES)
		return -EBADMSG;
	len -= TRAILER_BYTES;

	trailer = file + len;
	if (!trailer_is_pkcs7(trailer))
		return -EBADMSG;
	length = trailer + LENGTH_AT;
	signature = (uint32_t)length[0] << 24 | (uint32_t)length[1] << 16 |
		    (uint32_t)length[2] << 8 | length[3];
	if (!signature || signature > len)
		return -EBADMSG;

	*ret_text = (struct ipe_span){ (const char *)file, len - signature };
	*ret_signature = (struct ipe_span){ (const char *)file + len - signature, signature };
	return 1;
}
