/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "again.h"

#include <stddef.h>
#include <stdint.h>

#include "room.h"

#define BITS 65536

static uint64_t seen[BITS / 64] IPE_ROOM;

/* FNV-1a; two parts of it choose a bit each. */
static uint64_t hash_of(const char *path)
{
	uint64_t hash = 14695981039346656037ULL;

	for (; *path; path++)
		hash = (hash ^ (unsigned char)*path) * 1099511628211ULL;
	return hash;
}

static size_t bit_of(uint64_t hash, unsigned int part)
{
	return hash >> (16 * part + 16) & (BITS - 1);
}

void ipe_again_add(const char *path)
{
	uint64_t hash = hash_of(path);

	for (unsigned int part = 0; part < 2; part++) {
		size_t bit = bit_of(hash, part);

		__atomic_fetch_or(&seen[bit / 64], 1ULL << bit % 64, __ATOMIC_RELAXED);
	}
}

void ipe_again_add_all(void)
{
	for (size_t i = 0; i < BITS / 64; i++)
		__atomic_store_n(&seen[i], UINT64_MAX, __ATOMIC_RELAXED);
}

bool ipe_again_has(const char *path)
{
	uint64_t hash = hash_of(path);
	bool has = true;

	for (unsigned int part = 0; part < 2; part++) {
		size_t bit = bit_of(hash, part);

		has = has && __atomic_load_n(&seen[bit / 64], __ATOMIC_RELAXED) >> bit % 64 & 1;
	}
	return has;
}
