/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "builtin.h"

#include "build-id.h"
#include "known.h"
#include "sites.h"

static const struct ipe_known_object *find(const struct dl_phdr_info *loaded)
{
	struct ipe_build_id id;

	return ipe_build_id_of(loaded, &id) ? ipe_find_known(id.bytes, id.len) : NULL;
}

static int visit_program(struct dl_phdr_info *program, size_t size, void *data)
{
	const struct ipe_known_object *known = find(program);
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
	const struct ipe_known_object *known = find(loaded);
	bool *fits = data;

	(void)size;
	for (size_t i = 0; known && *fits && i < known->site_count; i++) {
		const struct ipe_known_site *site = &ipe_known_sites_of(known)[i];
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
