/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "builtin.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "build-id.h"
#include "sites.h"

#define ID_SIZE 20
/* NAME_SIZE of make-sites. */
#define NAME_SIZE 16

struct object {
	unsigned char id[ID_SIZE];
	/* What it is, if it is a program. In the table itself: a pointer is written to at each start. */
	char name[NAME_SIZE];
	uint16_t first_site;
	uint16_t site_count;
};

/* Addresses in the object as it was linked. */
struct packed_site {
	uint32_t caller;
	uint32_t address;
	uint16_t distance;
	uint16_t is_code;
};

/* objects[], sorted by build-id, and packed_sites[]. */
#include "builtin-sites.inc"

#define OBJECT_COUNT (sizeof(objects) / sizeof(objects[0]))

static const struct object *find(const struct dl_phdr_info *loaded)
{
	size_t low = 0, high = OBJECT_COUNT;
	struct ipe_build_id id;

	if (!ipe_build_id_of(loaded, &id) || id.len != ID_SIZE)
		return NULL;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = memcmp(id.bytes, objects[middle].id, ID_SIZE);

		if (order == 0)
			return &objects[middle];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

static int visit_program(struct dl_phdr_info *program, size_t size, void *data)
{
	const struct object *known = find(program);
	const char **name = data;

	(void)size;
	*name = known && *known->name ? known->name : NULL;
	return 1;
}

const char *ipe_builtin_name(void)
{
	const char *name = NULL;

	dl_iterate_phdr(visit_program, &name);
	return name;
}

static int visit(struct dl_phdr_info *loaded, size_t size, void *data)
{
	const struct object *known = find(loaded);
	bool *fits = data;

	(void)size;
	for (size_t i = 0; known && *fits && i < known->site_count; i++) {
		const struct packed_site *site = &packed_sites[known->first_site + i];
		struct ipe_site here = {
			.class = site->is_code ? IPE_CLASS_CODE : IPE_CLASS_DATA,
			.caller = loaded->dlpi_addr + site->caller,
			.distance = site->distance,
			.address = loaded->dlpi_addr + site->address,
		};

		*fits = ipe_sites_add(&here);
	}
	return !*fits;
}

bool ipe_builtin_sites(void)
{
	bool fits = true;

	dl_iterate_phdr(visit, &fits);
	return fits;
}
