/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "identify.h"

#include <string.h>

#include "scan.h"

/* A library that it needs may hold another interpreter, so only what is in the file itself counts. */
static int evidence(const struct image *image, size_t signature)
{
	int strings = __builtin_popcount(image->strings[signature]);
	uint8_t hints = image->hints[signature];

	if (signature == SIGNATURE_GATE || !holds(image, signature))
		return 0;
	return (hints & HINT_NAME ? 100 : 0) +
	       (strings >= 2 || hints & HINT_SYMBOL ? 1 + strings : 0);
}

static const char *name_of(const struct image *image, const char *name, char *room, size_t size)
{
	size_t best = SIGNATURE_GATE, len;

	for (size_t i = 0; i < SIGNATURE_COUNT; i++)
		if (evidence(image, i) > evidence(image, best))
			best = i;
	if (best == SIGNATURE_GATE)
		return NULL;
	if (image->hints[best] & HINT_NAME && strlen(name) < size)
		return name;
	len = strcspn(signatures[best].names, " ");
	if (len == 0 || len >= size)
		return NULL;
	memcpy(room, signatures[best].names, len);
	room[len] = '\0';
	return room;
}

const char *identify_interpreter(int fd, const char *path, char *room, size_t size)
{
	struct matcher *matcher = make_matcher();
	struct image image = { 0 };
	const char *name = NULL;

	if (read_image(fd, matcher, &image) == 0) {
		look_at_needed(&image);
		look_at_file_name(&image, path);
		name = name_of(&image, last_part(path), room, size);
	}
	free_image(&image);
	free_matcher(matcher);
	return name;
}
