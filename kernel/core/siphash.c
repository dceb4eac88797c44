// SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-or-later
/*
 * SipHash-1-3 over whole 64-bit words: "SipHash: a fast short-input PRF", Aumasson and Bernstein,
 * 2012; one round per word and three at the end, as they are used for hash tables.
 */
#include "internal.h"

static uint64_t rotate(uint64_t x, unsigned int bits)
{
	return x << bits | x >> (64 - bits);
}

static void sip_round(uint64_t v[4])
{
	v[0] += v[1];
	v[2] += v[3];
	v[1] = rotate(v[1], 13) ^ v[0];
	v[3] = rotate(v[3], 16) ^ v[2];
	v[0] = rotate(v[0], 32);
	v[2] += v[1];
	v[0] += v[3];
	v[1] = rotate(v[1], 17) ^ v[2];
	v[3] = rotate(v[3], 21) ^ v[0];
	v[2] = rotate(v[2], 32);
}

/* In little-endian order whatever the machine's. */
static uint64_t load_word(const uint8_t bytes[8])
{
	uint64_t low = bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
		       (uint32_t)bytes[3] << 24;
	uint64_t high = bytes[4] | (uint32_t)bytes[5] << 8 | (uint32_t)bytes[6] << 16 |
			(uint32_t)bytes[7] << 24;

	return low | high << 32;
}

void ipe_siphash_start(struct ipe_siphash *hash, const uint64_t seed[2])
{
	*hash = (struct ipe_siphash){
		.v = {
			seed[0] ^ 0x736f6d6570736575U,
			seed[1] ^ 0x646f72616e646f6dU,
			seed[0] ^ 0x6c7967656e657261U,
			seed[1] ^ 0x7465646279746573U,
		},
	};
}

void ipe_siphash_word(struct ipe_siphash *hash, uint64_t word)
{
	hash->len += sizeof(word);
	hash->v[3] ^= word;
	sip_round(hash->v);
	hash->v[0] ^= word;
}

void ipe_siphash_bytes(struct ipe_siphash *hash, const void *bytes, size_t len)
{
	const uint8_t *from = bytes;
	uint8_t rest[8] = { 0 };

	for (; len >= sizeof(rest); len -= sizeof(rest), from += sizeof(rest))
		ipe_siphash_word(hash, load_word(from));
	if (len) {
		ipe_memcpy(rest, from, len);
		ipe_siphash_word(hash, load_word(rest));
	}
}

uint64_t ipe_siphash_end(struct ipe_siphash *hash)
{
	uint64_t last = hash->len << 56;

	hash->v[3] ^= last;
	sip_round(hash->v);
	hash->v[0] ^= last;
	hash->v[2] ^= 0xff;
	sip_round(hash->v);
	sip_round(hash->v);
	sip_round(hash->v);
	return hash->v[0] ^ hash->v[1] ^ hash->v[2] ^ hash->v[3];
}
