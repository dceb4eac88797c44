/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IPECTL_ENLIGHTEN_RESTORE_H
#define IPECTL_ENLIGHTEN_RESTORE_H

#include "layout.h"

/* restore.c: the program without what was added, after a stripper; as put_shim(). */
int restore(struct image *image, const struct record *record, struct image *ret);

/* A file that is made of another, without the segment that was added to it. */
struct restoring {
	const struct image *image;
	const struct record *record;
	unsigned char *bytes;
	/* Where the segment was, which is where the file ends if nothing behind it is loaded. */
	uint64_t end;
	Elf64_Shdr *sections;
	size_t section_count;
};

/* kept.c: the sections that remain, written to @out; false for want of memory. */
bool write_kept(struct restoring *restoring, FILE *out, Elf64_Ehdr *header);

#endif
