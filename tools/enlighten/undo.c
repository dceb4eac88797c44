/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Back to the file as it was. If nobody has changed it since, that is the old file to the byte, and
 * putting the shim in again proves it. Else the addresses are still the same, as no stripper changes
 * those, but what is where in the file is not: see restore.c.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "layout.h"
#include "restore.h"

static unsigned char *cut(const struct image *image, const struct record *record)
{
	const uint64_t headers = record->header.e_phoff;
	unsigned char *bytes;

	if (record->size > image->size || record->size < sizeof(record->header) ||
	    headers > record->size || record->headers_size > record->size - headers)
		return NULL;
	bytes = malloc((size_t)record->size);
	if (!bytes)
		return NULL;
	memcpy(bytes, image->bytes, (size_t)record->size);
	memcpy(bytes, &record->header, sizeof(record->header));
	memcpy(bytes + headers, record->headers, (size_t)record->headers_size);
	return bytes;
}

static bool restore_dynamic(struct image *image, const struct record *record)
{
	const Elf64_Phdr *segment = image_segment(image, PT_DYNAMIC);
	const struct range range = { segment ? segment->p_vaddr : 0, record->dynamic_size };
	uint64_t offset;

	if (!segment || !image_offset(image, &range, &offset))
		return false;
	memcpy(image->bytes + offset, record->dynamic, (size_t)record->dynamic_size);
	return true;
}

/* Whether the old file with the shim in it is the file that is there. */
static bool gives(struct image *old, const struct image *image, const struct tables *tables)
{
	struct additions additions = { .shim = tables_shim(image, tables) };
	struct tables old_tables = { 0 };
	struct image again = { 0 };
	bool same;

	note_find(image, IPE_NOTE_PROFILE, &additions.profile);
	note_find(image, IPE_NOTE_INTERPRETER, &additions.interpreter);
	same = additions.shim && tables_read(old, &old_tables) == 0 &&
	       put_shim(old, &old_tables, &additions, &again) == 0 && again.size == image->size &&
	       memcmp(again.bytes, image->bytes, image->size) == 0;
	tables_free(&old_tables);
	image_free(&again);
	return same;
}

int take_shim(struct image *image, const struct tables *tables, struct image *ret)
{
	struct record record;
	unsigned char *bytes;

	*ret = (struct image){ 0 };
	if (!read_record(image, &record))
		return unfit(image, "the note of how it was before is gone: install it anew");
	bytes = cut(image, &record);
	if (bytes && image_parse(bytes, (size_t)record.size, ret) == 0 &&
	    restore_dynamic(ret, &record) && gives(ret, image, tables))
		return 0;
	image_free(ret);
	return restore(image, &record, ret);
}
