/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a library holds, whatever needs that library holds, too: programs and other libraries. */
#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "scan.h"

static bool is_called(const struct file *library, const char *needed)
{
	const char *name = last_part(needed);

	if (library->image.soname && strcmp(last_part(library->image.soname), name) == 0)
		return true;
	for (size_t i = 0; i < library->name_count; i++)
		if (strcmp(last_part(library->names[i]), name) == 0)
			return true;
	return false;
}

static bool holds_any(const struct image *image)
{
	for (size_t i = 0; i < SIGNATURE_COUNT; i++)
		if (i != SIGNATURE_GATE && holds(image, i))
			return true;
	return false;
}

/* Whether that is news. */
static bool take(struct image *image, const struct image *library)
{
	bool news = false;

	for (size_t i = 0; i < SIGNATURE_COUNT; i++) {
		uint8_t before = image->hints[i];

		if (i == SIGNATURE_GATE || !holds(library, i))
			continue;
		image->hints[i] |= HINT_LIBRARY | (library->hints[i] & HINT_ASKS);
		news |= image->hints[i] != before;
	}
	return news;
}

static bool take_needed(struct scan *scan, struct image *image)
{
	bool news = false;

	for (size_t i = 0; i < scan->file_count; i++) {
		const struct file *library = scan->files[i];

		if (&library->image == image || library->image.program ||
		    library->image.machine != image->machine || !holds_any(&library->image))
			continue;
		for (size_t j = 0; j < image->needed_count; j++)
			if (is_called(library, image->needed[j]))
				news |= take(image, &library->image);
	}
	return news;
}

static void mark_what_asks(struct image *image)
{
	for (size_t i = 0; i < SIGNATURE_COUNT; i++)
		if (holds(image, SIGNATURE_GATE) && holds(image, i))
			image->hints[i] |= HINT_ASKS;
}

void spread_libraries(struct scan *scan)
{
	bool news = true;

	for (size_t i = 0; i < scan->file_count; i++)
		mark_what_asks(&scan->files[i]->image);
	while (news) {
		news = false;
		for (size_t i = 0; i < scan->file_count; i++)
			news |= take_needed(scan, &scan->files[i]->image);
	}
}
