/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "known.h"

#include <string.h>

/* objects[], sorted by build-id, and sites[]. */
#include "builtin-sites.inc"

const struct ipe_known_object *ipe_find_known(const unsigned char *id, size_t len)
{
	size_t low = 0, high = sizeof(objects) / sizeof(objects[0]);

	while (len == IPE_KNOWN_ID_SIZE && low < high) {
		size_t middle = low + (high - low) / 2;
		int order = memcmp(id, objects[middle].id, IPE_KNOWN_ID_SIZE);

		if (order == 0)
			return &objects[middle];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

const struct ipe_known_site *ipe_known_sites_of(const struct ipe_known_object *object)
{
	return &sites[object->first_site];
}
