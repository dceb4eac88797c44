/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IPECTL_SCAN_IMAGE_H
#define IPECTL_SCAN_IMAGE_H

#include <gelf.h>

#include "scan.h"

/* No table is read that is larger: the strings in the file must do. */
#define TABLE_MAX   ((uint64_t)64 << 20)
#define SEGMENT_MAX 1024

struct elf_file {
	int fd;
	uint64_t size;
	Elf *elf;
	GElf_Ehdr header;
	GElf_Phdr segments[SEGMENT_MAX];
	size_t segment_count;
};

/* Where in the file it is that will be at that address; false if it is nowhere. */
bool offset_of(const struct elf_file *file, uint64_t address, uint64_t *ret);

/* @size bytes, translated, until the file is closed; NULL if they are not in it. */
Elf_Data *read_chunk(const struct elf_file *file, uint64_t offset, uint64_t size, Elf_Type type);

/* dynamic.c: what its dynamic segment says. */
void read_dynamic(const struct elf_file *file, struct image *ret);

/* symbols.c */
void look_at_symbols(const struct elf_file *file, struct image *ret);

/* strings.c: 0 or a negative errno. */
int look_at_strings(const struct elf_file *file, const struct matcher *matcher, struct image *ret);

#endif
