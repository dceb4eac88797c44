/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The program headers stay where they are, because strippers put them there again. The notes make
 * room: those of several headers go under one, and what lies behind the headers, the loader's name and
 * the notes, moves into the new segment.
 */
#include <stdlib.h>
#include <string.h>

#include "layout.h"

#define NOTE_ALIGNMENT 4

bool notes_are_property(const struct image *image, const Elf64_Phdr *segment)
{
	const Elf64_Phdr *property = image_segment(image, PT_GNU_PROPERTY);

	return property && segment->p_type == PT_NOTE && segment->p_vaddr == property->p_vaddr &&
	       segment->p_filesz == property->p_filesz;
}

bool notes_move(const struct image *image, const Elf64_Phdr *segment)
{
	const struct range range = { segment->p_vaddr, segment->p_filesz };
	const unsigned char *bytes = image_at(image, &range);

	return segment->p_type == PT_NOTE && segment->p_align <= NOTE_ALIGNMENT &&
	       !notes_are_property(image, segment) && bytes &&
	       notes_are_whole(bytes, segment->p_filesz);
}

static void point_to(Elf64_Phdr *segment, const struct layout *layout, const struct range *range)
{
	segment->p_offset = layout->offset + (range->address - layout->address);
	segment->p_vaddr = range->address;
	segment->p_paddr = range->address;
	segment->p_filesz = range->size;
	segment->p_memsz = range->size;
}

static void add_segment(struct layout *layout, uint32_t type, const struct range *range,
			uint64_t alignment)
{
	Elf64_Phdr segment = { .p_type = type, .p_flags = PF_R, .p_align = alignment };

	/* The loader writes to a dynamic section. */
	if (type == PT_LOAD && layout->dynamic)
		segment.p_flags |= PF_W;
	point_to(&segment, layout, range);
	layout->segments[layout->segment_count++] = segment;
}

/* What lay in a segment and has been moved, but for notes that go under one header. */
static const struct part *moved_part(const struct layout *layout, const Elf64_Phdr *segment)
{
	for (size_t i = 0; i < layout->part_count; i++) {
		const struct part *part = &layout->parts[i];

		if ((segment->p_type == PT_INTERP || segment->p_type == PT_NOTE) && !part->stays &&
		    part->before.address == segment->p_vaddr &&
		    part->before.size == segment->p_filesz)
			return part;
	}
	return NULL;
}

static void add_old(struct layout *layout, const Elf64_Phdr *segment)
{
	const struct image *image = layout->image;
	Elf64_Phdr *new = &layout->segments[layout->segment_count];

	if (segment->p_type == PT_NULL || notes_are_property(image, segment) ||
	    notes_move(image, segment))
		return;
	*new = *segment;
	layout->segment_count++;
	if (moved_part(layout, segment))
		point_to(new, layout, &moved_part(layout, segment)->now);
	if (segment->p_type == PT_DYNAMIC && layout->dynamic)
		point_to(new, layout, &layout->dynamic->now);
}

/* Whether a section is no more needed where it is. */
static bool has_moved(const struct layout *layout, const Elf64_Shdr *section)
{
	const struct range range = { section->sh_addr, section->sh_size };

	for (size_t i = 0; i < layout->part_count; i++)
		if (!layout->parts[i].stays && is_within(&range, &layout->parts[i].before))
			return true;
	return false;
}

/* Where in the file the first thing behind the old program headers begins that has to stay. */
static uint64_t end_of_room(const struct layout *layout)
{
	const struct image *image = layout->image;
	uint64_t start = image->header.e_phoff + image->segment_count * sizeof(Elf64_Phdr);
	uint64_t end = image->section_count ? image->size : start;

	for (size_t i = 0; i < image->section_count; i++) {
		const Elf64_Shdr *section = &image->sections[i];

		if (section->sh_type != SHT_NULL && section->sh_type != SHT_NOBITS &&
		    section->sh_size && section->sh_offset + section->sh_size > start &&
		    section->sh_offset < end && !has_moved(layout, section))
			end = section->sh_offset;
	}
	for (size_t i = 0; i < image->segment_count; i++)
		if (image->segments[i].p_offset >= start && image->segments[i].p_offset < end &&
		    image->segments[i].p_filesz && !moved_part(layout, &image->segments[i]) &&
		    !notes_are_property(image, &image->segments[i]))
			end = image->segments[i].p_offset;
	if (image->header.e_shoff >= start && image->header.e_shoff < end)
		end = image->header.e_shoff;
	return end;
}

/* The first segment has to have all of the headers, if the program finds them there. */
static bool are_loaded(const struct layout *layout, uint64_t size)
{
	const Elf64_Phdr *own = image_segment(layout->image, PT_PHDR);
	const struct range range = { own ? own->p_vaddr : 0, size };

	return !own || image_at(layout->image, &range);
}

bool layout_headers(struct layout *layout)
{
	const struct image *image = layout->image;
	const struct range whole = { layout->address, layout->size };
	size_t last_load = 0;
	uint64_t size;

	layout->segments = calloc(image->segment_count + 2, sizeof(layout->segments[0]));
	if (!layout->segments)
		return false;
	for (size_t i = 0; i < image->segment_count; i++)
		if (image->segments[i].p_type == PT_LOAD)
			last_load = i;
	for (size_t i = 0; i < image->segment_count; i++) {
		add_old(layout, &image->segments[i]);
		if (i == last_load)
			add_segment(layout, PT_LOAD, &whole, layout->page);
	}
	add_segment(layout, PT_NOTE, &layout->notes, NOTE_ALIGNMENT);
	size = layout->segment_count * sizeof(layout->segments[0]);
	for (size_t i = 0; i < layout->segment_count; i++)
		if (layout->segments[i].p_type == PT_PHDR)
			layout->segments[i].p_filesz = layout->segments[i].p_memsz = size;
	return layout->segment_count <= image->segment_count ||
	       (image->header.e_phoff + size <= end_of_room(layout) && are_loaded(layout, size));
}
