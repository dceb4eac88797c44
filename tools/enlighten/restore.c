/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "restore.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int changed(struct image *image)
{
	return unfit(image, "it was changed too much since it was enlightened: install it anew");
}

static const Elf64_Phdr *loaded_at(const struct image *image, uint64_t address)
{
	for (size_t i = 0; i < image->segment_count; i++)
		if (image->segments[i].p_type == PT_LOAD && image->segments[i].p_vaddr == address)
			return &image->segments[i];
	return NULL;
}

/* The old program header, with the place in the file that its addresses have now. */
static bool find_again(const struct image *image, Elf64_Phdr *segment)
{
	const struct range range = { segment->p_vaddr, segment->p_filesz };
	const Elf64_Phdr *now = loaded_at(image, segment->p_vaddr);

	if (segment->p_type == PT_LOAD) {
		if (now)
			*segment = *now;
		return now;
	}
	return segment->p_filesz == 0 || image_offset(image, &range, &segment->p_offset);
}

static bool restore_headers(const struct restoring *restoring)
{
	const struct image *image = restoring->image;
	const struct record *record = restoring->record;
	const size_t count = record->header.e_phnum;
	unsigned char *start = restoring->bytes + image->header.e_phoff;
	Elf64_Phdr segment;

	if (image->header.e_phoff != record->header.e_phoff ||
	    record->headers_size > image->size - image->header.e_phoff)
		return false;
	memcpy(start, record->headers, (size_t)record->headers_size);
	for (size_t i = 0; i < count; i++) {
		memcpy(&segment, start + i * sizeof(segment), sizeof(segment));
		if (!find_again(image, &segment))
			return false;
		memcpy(start + i * sizeof(segment), &segment, sizeof(segment));
	}
	return true;
}

/* What program headers had been put over. */
static bool restore_parts(const struct restoring *restoring)
{
	const struct record *record = restoring->record;

	for (size_t i = 0; i < record->part_count; i++) {
		const struct part *part = &record->parts[i];
		const struct range now = { part->now.address, part->before.size };
		const unsigned char *bytes = image_at(restoring->image, &now);
		uint64_t offset;

		if (part->stays)
			continue;
		if (!bytes || !image_offset(restoring->image, &part->before, &offset))
			return false;
		memcpy(restoring->bytes + offset, bytes, (size_t)part->before.size);
	}
	return true;
}

static bool restore_dynamic(const struct restoring *restoring)
{
	const struct record *record = restoring->record;
	const size_t count = record->header.e_phnum;
	Elf64_Phdr segment;
	uint64_t offset;

	for (size_t i = 0; i < count; i++) {
		memcpy(&segment, record->headers + i * sizeof(segment), sizeof(segment));
		const struct range range = { segment.p_vaddr, record->dynamic_size };

		if (segment.p_type != PT_DYNAMIC)
			continue;
		if (!image_offset(restoring->image, &range, &offset))
			return false;
		memcpy(restoring->bytes + offset, record->dynamic, (size_t)record->dynamic_size);
		return true;
	}
	return false;
}

/* The segment that was added begins with the first part. */
static bool find_end(struct restoring *restoring)
{
	const struct image *image = restoring->image;
	const Elf64_Phdr *added = loaded_at(image, restoring->record->parts[0].now.address);

	if (restoring->record->part_count == 0 || !added)
		return false;
	restoring->end = added->p_offset;
	for (size_t i = 0; i < image->segment_count; i++)
		if (image->segments[i].p_type == PT_LOAD && &image->segments[i] != added &&
		    image->segments[i].p_offset + image->segments[i].p_filesz > restoring->end)
			restoring->end = image->size;
	return true;
}

static int write_all(struct restoring *restoring, struct image *ret)
{
	Elf64_Ehdr header = restoring->image->header;
	char *bytes = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&bytes, &size);
	bool written;

	if (!out)
		return -ENOMEM;
	header.e_phnum = restoring->record->header.e_phnum;
	fwrite(restoring->bytes, 1, (size_t)restoring->end, out);
	written = write_kept(restoring, out, &header) && !ferror(out);
	if (fclose(out) != 0 || !written) {
		free(bytes);
		return -ENOMEM;
	}
	memcpy(bytes, &header, sizeof(header));
	return image_parse((unsigned char *)bytes, size, ret);
}

int restore(struct image *image, const struct record *record, struct image *ret)
{
	struct restoring restoring = { .image = image, .record = record };
	int error;

	if (!find_end(&restoring))
		return changed(image);
	restoring.bytes = malloc(image->size);
	if (!restoring.bytes)
		return -ENOMEM;
	memcpy(restoring.bytes, image->bytes, image->size);
	if (restore_headers(&restoring) && restore_parts(&restoring) && restore_dynamic(&restoring))
		error = write_all(&restoring, ret);
	else
		error = changed(image);
	free(restoring.sections);
	free(restoring.bytes);
	return error;
}
