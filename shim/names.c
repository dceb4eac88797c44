/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "names.h"

#include <string.h>

#define NAME_MAX_LEN 255

bool ipe_names_add(struct ipe_names *names, const char *name, size_t len)
{
	unsigned char last = len ? (unsigned char)name[len - 1] : 0;

	if (len > NAME_MAX_LEN || len + 1 > sizeof(names->room) - names->used)
		return false;
	names->room[names->used] = (unsigned char)len;
	memcpy(&names->room[names->used + 1], name, len);
	names->used += len + 1;
	names->last_letters[last / 64] |= 1ULL << last % 64;
	return true;
}

bool ipe_names_has(const struct ipe_names *names, const char *name, size_t len)
{
	if (!ipe_names_may_have(names, name, len))
		return false;
	for (size_t at = 0; at < names->used; at += 1U + names->room[at])
		if (names->room[at] == len && memcmp(&names->room[at + 1], name, len) == 0)
			return true;
	return false;
}
