/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A set of short names, made once and looked up at each open. It has room of its own, because a
 * program may overwrite its arguments and its environment.
 */
#ifndef IPE_SHIM_NAMES_H
#define IPE_SHIM_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define IPE_NAMES_ROOM 2048

struct ipe_names {
	/* One bit for each last letter that a name of the set has, and one for each shape. */
	uint64_t last_letters[4];
	uint64_t shapes[4];
	/* Each with its length in front. */
	unsigned char room[IPE_NAMES_ROOM];
	size_t used;
};

/* False if there is no room, or the name is longer than 255 bytes. */
bool ipe_names_add(struct ipe_names *names, const char *name, size_t len);

/* The last letter of a longer name tells most that are not in it. */
static inline bool ipe_names_may_have(const struct ipe_names *names, const char *name, size_t len)
{
	unsigned char last = len ? (unsigned char)name[len - 1] : 0;

	return names->last_letters[last / 64] & 1ULL << last % 64;
}

bool ipe_names_has(const struct ipe_names *names, const char *name, size_t len);

#endif
