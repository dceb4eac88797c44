/* SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-or-later */
/*
 * SipHash-1-3: "SipHash: a fast short-input PRF", Aumasson and Bernstein, 2012; one round per word
 * and three at the end, as they are used for hash tables. In a header because a call would cost as
 * much as a round.
 */
#ifndef IPE_SIPHASH_H
#define IPE_SIPHASH_H

#include "platform.h"

struct ipe_siphash {
	uint64_t v0, v1, v2, v3;
};

static inline uint64_t ipe_rotate(uint64_t x, unsigned int bits)
{
	return x << bits | x >> (64 - bits);
}

static inline void ipe_siphash_round(struct ipe_siphash *hash)
{
	hash->v0 += hash->v1;
	hash->v2 += hash->v3;
	hash->v1 = ipe_rotate(hash->v1, 13) ^ hash->v0;
	hash->v3 = ipe_rotate(hash->v3, 16) ^ hash->v2;
	hash->v0 = ipe_rotate(hash->v0, 32);
	hash->v2 += hash->v1;
	hash->v0 += hash->v3;
	hash->v1 = ipe_rotate(hash->v1, 17) ^ hash->v2;
	hash->v3 = ipe_rotate(hash->v3, 21) ^ hash->v0;
	hash->v2 = ipe_rotate(hash->v2, 32);
}

static inline void ipe_siphash_start(struct ipe_siphash *hash, const uint64_t seed[2])
{
	hash->v0 = seed[0] ^ 0x736f6d6570736575;
	hash->v1 = seed[1] ^ 0x646f72616e646f6d;
	hash->v2 = seed[0] ^ 0x6c7967656e657261;
	hash->v3 = seed[1] ^ 0x7465646279746573;
}

static inline void ipe_siphash_word(struct ipe_siphash *hash, uint64_t word)
{
	hash->v3 ^= word;
	ipe_siphash_round(hash);
	hash->v0 ^= word;
}

/* Bytes as words in the machine's order, the last one filled up with zeros. */
static inline void ipe_siphash_bytes(struct ipe_siphash *hash, const void *bytes, size_t len)
{
	const uint8_t *from = bytes;
	uint64_t word;

	for (; len >= sizeof(word); len -= sizeof(word), from += sizeof(word)) {
		ipe_memcpy(&word, from, sizeof(word));
		ipe_siphash_word(hash, word);
	}
	if (!len)
		return;
	for (word = 0; len; len--)
		word = word << 8 | from[len - 1];
	ipe_siphash_word(hash, word);
}

/* The last word must tell messages apart whose words are the same but for the filling. */
static inline uint64_t ipe_siphash_end(struct ipe_siphash *hash, uint64_t last)
{
	ipe_siphash_word(hash, last);
	hash->v2 ^= 0xff;
	ipe_siphash_round(hash);
	ipe_siphash_round(hash);
	ipe_siphash_round(hash);
	return hash->v0 ^ hash->v1 ^ hash->v2 ^ hash->v3;
}

#endif
