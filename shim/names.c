/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "names.h"

#include <string.h>

#define NAME_MAX_LEN 255

/* Length, first and last letter: they tell nearly all names that are not in a set. */
static unsigned char shape_of(const char *name, size_t len)
{
	unsigned int first = len ? (unsigned char)name[0] : 0;
	unsigned int last = len ? (unsigned char)name[len - 1] : 0;

	return (unsigned char)(first * 7 + last * 29 + len * 83);
}

bool ipe_names_add(struct ipe_names *names, const char *name, size_t len)
{
	unsigned char last = len ? (unsigned char)name[len - 1] : 0;
	unsigned char shape = shape_of(name, len);

	if (len > NAME_MAX_LEN || len + 1 > sizeof(names->room) - names->used)
		return false;
	names->room[names->used] = (unsigned char)len;
	memcpy(&names->room[names->used + 1], name, len);
	names->used += len + 1;
	names->last_letters[last / 64] |= 1ULL << last % 64;
	names->shapes[shape / 64] |= 1ULL << shape % 64;
	return true;
}

bool ipe_names_has(const struct ipe_names *names, const char *name, size_t len)
{
	unsigned char shape = shape_of(name, len);

	if (!(names->shapes[shape / 64] & 1ULL << shape % 64))
		return false;
	for (size_t at = 0; at < names->used; at += 1U + names->room[at])
		if (names->room[at] == len && memcmp(&names->room[at + 1], name, len) == 0)
			return true;
	return false;
}
