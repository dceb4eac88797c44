/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdlib.h>
#include <string.h>

#include "layout.h"

#define FIXED_SIZE (offsetof(struct record, parts))

/* As many headers as there may be in the new file. */
static uint64_t size_of_headers(const struct image *image)
{
	uint64_t size = (image->segment_count + 2) * sizeof(Elf64_Phdr);
	uint64_t rest = image->size - image->header.e_phoff;

	return size < rest ? size : rest;
}

void write_record(const struct layout *layout)
{
	const struct image *image = layout->image;
	const struct range *dynamic = &layout->tables->dynamic;
	const struct record record = {
		.size = image->size,
		.headers_size = size_of_headers(image),
		.dynamic_size = dynamic->size,
		.part_count = layout->part_count,
	};
	char *bytes = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&bytes, &size);

	if (!out)
		return;
	fwrite(&record, 1, FIXED_SIZE, out);
	fwrite(layout->parts, sizeof(layout->parts[0]), layout->part_count, out);
	fwrite(&image->header, 1, sizeof(image->header), out);
	fwrite(image->bytes + image->header.e_phoff, 1, (size_t)record.headers_size, out);
	fwrite(image_at(image, dynamic), 1, (size_t)dynamic->size, out);
	if (fclose(out) == 0) {
		const struct note note = { NOTE_RECORD, (const unsigned char *)bytes, size };

		write_note(layout->out, &note);
	}
	free(bytes);
}

static bool take(const struct note *note, size_t *at, uint64_t size, const unsigned char **ret)
{
	if (size > note->size - *at)
		return false;
	*ret = note->bytes + *at;
	*at += (size_t)size;
	return true;
}

bool read_record(const struct image *image, struct record *ret)
{
	const unsigned char *bytes;
	struct note note;
	size_t at = 0;

	*ret = (struct record){ 0 };
	if (!note_find(image, NOTE_RECORD, &note) || !take(&note, &at, FIXED_SIZE, &bytes))
		return false;
	memcpy(ret, bytes, FIXED_SIZE);
	if (ret->part_count > PART_MAX ||
	    !take(&note, &at, ret->part_count * sizeof(ret->parts[0]), &bytes))
		return false;
	memcpy(ret->parts, bytes, (size_t)ret->part_count * sizeof(ret->parts[0]));
	if (!take(&note, &at, sizeof(ret->header), &bytes))
		return false;
	memcpy(&ret->header, bytes, sizeof(ret->header));
	return take(&note, &at, ret->headers_size, &ret->headers) &&
	       take(&note, &at, ret->dynamic_size, &ret->dynamic) &&
	       ret->headers_size / sizeof(Elf64_Phdr) >= ret->header.e_phnum;
}
