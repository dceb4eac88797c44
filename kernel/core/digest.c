// SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-or-later
/*
 * The pool: all digests of a policy, one behind the other. Each begins with two bytes. The first
 * has the kind in its top bit and the algorithm's number below it, the second the digest's length.
 * A digest that does not fit (an algorithm without a number, more than 255 bytes) has algorithm
 * number 0 and two more 32-bit lengths, then the algorithm's name.
 */
#include "internal.h"

#define KIND_SHIFT  7
#define HASH_MASK   0x7fU
#define SHORT_BYTES 2
#define LONG_BYTES  (SHORT_BYTES + 2 * sizeof(uint32_t))
#define SHORT_MAX   255

_Static_assert(IPE_DIGEST_KIND_COUNT <= 2, "the kind must fit into one bit");

#define DIGIT 0x10

static const uint8_t digits[256] = {
	['0'] = DIGIT | 0x0, ['1'] = DIGIT | 0x1, ['2'] = DIGIT | 0x2, ['3'] = DIGIT | 0x3,
	['4'] = DIGIT | 0x4, ['5'] = DIGIT | 0x5, ['6'] = DIGIT | 0x6, ['7'] = DIGIT | 0x7,
	['8'] = DIGIT | 0x8, ['9'] = DIGIT | 0x9, ['a'] = DIGIT | 0xa, ['b'] = DIGIT | 0xb,
	['c'] = DIGIT | 0xc, ['d'] = DIGIT | 0xd, ['e'] = DIGIT | 0xe, ['f'] = DIGIT | 0xf,
	['A'] = DIGIT | 0xa, ['B'] = DIGIT | 0xb, ['C'] = DIGIT | 0xc, ['D'] = DIGIT | 0xd,
	['E'] = DIGIT | 0xe, ['F'] = DIGIT | 0xf,
};

static bool is_digit(char byte)
{
	return (digits[(uint8_t)byte] & DIGIT) != 0;
}

/* Stops at the first pair that is not two digits and says how many bytes it has written. */
static size_t decode_hex(uint8_t *to, struct ipe_span hex)
{
	size_t i;

	for (i = 0; 2 * i + 1 < hex.len; i++) {
		uint8_t high = digits[(uint8_t)hex.at[2 * i]];
		uint8_t low = digits[(uint8_t)hex.at[2 * i + 1]];

		if (!(high & low & DIGIT))
			break;
		to[i] = (uint8_t)(high << 4 | (low & 0xf));
	}
	return i;
}

static enum ipe_parse_reason blame_hex(struct ipe_span hex, const char **ret_fault)
{
	size_t i;

	for (i = 0; i < hex.len; i++) {
		if (!is_digit(hex.at[i])) {
			*ret_fault = hex.at + i;
			return IPE_PARSE_DIGEST_HEX;
		}
	}
	*ret_fault = hex.at + hex.len;
	return IPE_PARSE_DIGEST_ODD;
}

static size_t write_head(uint8_t *to, enum ipe_digest_kind kind, struct ipe_span algorithm,
			 uint32_t len)
{
	unsigned int hash = ipe_find_hash(algorithm);
	uint32_t name_len = (uint32_t)algorithm.len;

	if (len > SHORT_MAX)
		hash = 0;
	to[0] = (uint8_t)((unsigned int)kind << KIND_SHIFT | hash);
	to[1] = hash ? (uint8_t)len : 0;
	if (hash)
		return SHORT_BYTES;

	ipe_memcpy(to + SHORT_BYTES, &name_len, sizeof(name_len));
	ipe_memcpy(to + SHORT_BYTES + sizeof(name_len), &len, sizeof(len));
	ipe_memcpy(to + LONG_BYTES, algorithm.at, algorithm.len);
	return LONG_BYTES + algorithm.len;
}

enum ipe_parse_reason ipe_digest_parse(struct ipe_buffer *pool, enum ipe_digest_kind kind,
				       struct ipe_span value, uint32_t *ret_place,
				       const char **ret_fault)
{
	struct ipe_span algorithm = { value.at, 0 }, hex;
	size_t head, len;

	*ret_fault = value.at;
	if (!value.len)
		return IPE_PARSE_DIGEST_EMPTY;
	while (algorithm.len < value.len && value.at[algorithm.len] != ':')
		algorithm.len++;
	if (algorithm.len == value.len)
		return IPE_PARSE_DIGEST_ALGORITHM;
	hex.at = value.at + algorithm.len + 1;
	hex.len = value.len - algorithm.len - 1;

	if (!ipe_buffer_reserve(pool, LONG_BYTES + algorithm.len + hex.len / 2))
		return IPE_PARSE_NO_MEMORY;
	head = write_head(pool->data + pool->used, kind, algorithm, (uint32_t)(hex.len / 2));
	len = decode_hex(pool->data + pool->used + head, hex);
	if (2 * len != hex.len)
		return blame_hex(hex, ret_fault);

	*ret_place = (uint32_t)pool->used;
	pool->used += head + len;
	return IPE_PARSE_OK;
}

enum ipe_digest_kind ipe_digest_read(const struct ipe_buffer *pool, uint32_t place,
				     struct ipe_digest *ret)
{
	const uint8_t *from = pool->data + place;
	unsigned int hash = from[0] & HASH_MASK;
	uint32_t name_len, len;

	if (hash) {
		ret->algorithm = ipe_hash_name(hash);
		ret->bytes = from + SHORT_BYTES;
		ret->len = from[1];
	} else {
		ipe_memcpy(&name_len, from + SHORT_BYTES, sizeof(name_len));
		ipe_memcpy(&len, from + SHORT_BYTES + sizeof(name_len), sizeof(len));
		ret->algorithm = (struct ipe_span){ (const char *)from + LONG_BYTES, name_len };
		ret->bytes = from + LONG_BYTES + name_len;
		ret->len = len;
	}
	return (enum ipe_digest_kind)(from[0] >> KIND_SHIFT);
}

bool ipe_digest_equal(const struct ipe_digest *a, const struct ipe_digest *b)
{
	return a->len == b->len && ipe_bytes_equal(a->bytes, b->bytes, a->len) &&
	       ipe_span_equal(a->algorithm, b->algorithm);
}
