/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the dynamic loader reads of a program: by its segments, as the loader does. */
#ifndef IPECTL_ENLIGHTEN_TABLES_H
#define IPECTL_ENLIGHTEN_TABLES_H

#include "image.h"

struct tables {
	const char *interpreter;
	/* The dynamic section: copies of the entries before DT_NULL, to be freed; all of its room. */
	Elf64_Dyn *entries;
	size_t entry_count;
	struct range dynamic;
	/* Each with size 0 if there is none. */
	struct range strings;
	struct range symbols;
	struct range versions;
	struct range hash;
	struct range relocations;
	/* Of the relocation that stores a symbol's address, on the program's machine. */
	uint32_t address_relocation;
};

/* As image_load(); what is in @ret points into @image. */
int tables_read(struct image *image, struct tables *ret);
/* Likewise of a library, which has no loader. */
int tables_read_library(struct image *image, struct tables *ret);
void tables_free(struct tables *tables);

const Elf64_Dyn *tables_entry(const struct tables *tables, int64_t tag);

/* The name of a symbol or library; NULL if it has none. */
const char *tables_name(const struct image *image, const struct tables *tables, uint64_t offset);

/*
 * The path of the shim if the program is enlightened: it needs the shim before all else, by an absolute
 * path, and refers to the shim's marker by a relocation that the loader resolves at the start.
 */
const char *tables_shim(const struct image *image, const struct tables *tables);

/* Whether a path can be that of a shim: absolute, to a file of its name. */
bool is_shim_path(const char *path);

/* Whether it defines the marker, as the shim does. */
bool tables_define_marker(const struct image *image, const struct tables *tables);

#endif
