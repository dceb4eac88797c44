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

/* A digit as the upper and as the lower half of a byte, each with a bit that says it is one. */
#define UPPER 0x100
#define LOWER 0x200

static const struct {
	uint16_t upper;
	uint16_t lower;
} digits[256] = {
#define DIGIT(byte, value) [byte] = { UPPER | (value) << 4, LOWER | (value) }
	DIGIT('0', 0x0), DIGIT('1', 0x1), DIGIT('2', 0x2), DIGIT('3', 0x3), DIGIT('4', 0x4),
	DIGIT('5', 0x5), DIGIT('6', 0x6), DIGIT('7', 0x7), DIGIT('8', 0x8), DIGIT('9', 0x9),
	DIGIT('a', 0xa), DIGIT('b', 0xb), DIGIT('c', 0xc), DIGIT('d', 0xd), DIGIT('e', 0xe),
	DIGIT('f', 0xf), DIGIT('A', 0xa), DIGIT('B', 0xb), DIGIT('C', 0xc), DIGIT('D', 0xd),
	DIGIT('E', 0xe), DIGIT('F', 0xf),
#undef DIGIT
};

static bool is_digit(char byte)
{
	return digits[(uint8_t)byte].lower != 0;
}

/* False if not all of it is pairs of digits; what was written then means nothing. */
static bool decode_hex(uint8_t *to, struct ipe_span hex)
{
	const uint8_t *from = (const uint8_t *)hex.at;
	unsigned int all = UPPER | LOWER;
	size_t i, len = hex.len / 2;

	for (i = 0; i < len; i++) {
		unsigned int byte = digits[from[2 * i]].upper | digits[from[2 * i + 1]].lower;

		all &= byte;
		to[i] = (uint8_t)byte;
	}
	return (all & UPPER) && (all & LOWER) && hex.len % 2 == 0;
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

enum ipe_parse_reason ipe_digest_parse(struct ipe_parser *parser, enum ipe_digest_kind kind,
				       struct ipe_span value, uint32_t *ret_place,
				       const char **ret_fault)
{
	struct ipe_span algorithm = { value.at, 0 }, hex;
	struct ipe_buffer *pool = &parser->policy->pool;
	size_t head;

	*ret_fault = value.at;
	if (!value.len)
		return IPE_PARSE_DIGEST_EMPTY;
	while (algorithm.len < value.len && value.at[algorithm.len] != ':')
		algorithm.len++;
	if (algorithm.len == value.len)
		return IPE_PARSE_DIGEST_ALGORITHM;
	hex.at = value.at + algorithm.len + 1;
	hex.len = value.len - algorithm.len - 1;

	if (!ipe_buffer_reserve(pool, LONG_BYTES + algorithm.len + hex.len / 2, &parser->lexer))
		return IPE_PARSE_NO_MEMORY;
	head = write_head(pool->data + pool->used, kind, algorithm, (uint32_t)(hex.len / 2));
	if (!decode_hex(pool->data + pool->used + head, hex))
		return blame_hex(hex, ret_fault);

	*ret_place = (uint32_t)pool->used;
	pool->used += head + hex.len / 2;
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
