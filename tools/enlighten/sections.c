/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Strippers keep what a section says is there: so each of the tables that the loader reads is in a
 * section, at its old place, too. No section gets another number, as symbols refer to them.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "layout.h"

static const char names[] = SECTION_OLD "\0" SECTION_NOTE "\0"
					".rela.dyn";

enum name {
	NAME_OLD = 0,
	NAME_NOTE = sizeof(SECTION_OLD),
	NAME_RELOCATIONS = sizeof(SECTION_OLD) + sizeof(SECTION_NOTE),
};

/* The table of sections under way. */
struct table {
	const struct layout *layout;
	Elf64_Shdr *sections;
	size_t count;
	/* Where the names that are added start among all names. */
	uint64_t names;
};

static uint64_t offset_of(const struct layout *layout, uint64_t address)
{
	return layout->offset + (address - layout->address);
}

static bool is_in(const Elf64_Shdr *section, const struct range *range)
{
	const struct range own = { section->sh_addr, section->sh_size };

	return section->sh_flags & SHF_ALLOC && section->sh_type != SHT_NOBITS && own.size &&
	       is_within(&own, range);
}

static Elf64_Shdr *add(struct table *table, enum name name, uint32_t type, uint64_t alignment)
{
	Elf64_Shdr *section = &table->sections[table->count++];

	*section = (Elf64_Shdr){
		.sh_name = (Elf64_Word)(table->names + name),
		.sh_type = type,
		.sh_flags = SHF_ALLOC,
		.sh_addralign = alignment,
	};
	return section;
}

/* Has the sections of a part lead to where it is now. */
static size_t move_sections(struct table *table, const struct part *part)
{
	size_t moved = 0;

	for (size_t i = 0; i < table->layout->image->section_count; i++) {
		Elf64_Shdr *section = &table->sections[i];

		if (!is_in(section, &part->before))
			continue;
		moved++;
		if (section->sh_size == part->before.size)
			section->sh_size = part->now.size;
		section->sh_addr += part->now.address - part->before.address;
		section->sh_offset = offset_of(table->layout, section->sh_addr);
	}
	return moved;
}

/* Whether program headers take its place. */
static bool is_overwritten(const struct layout *layout, uint64_t offset)
{
	return offset >= layout->image->header.e_phoff &&
	       offset < layout->image->header.e_phoff +
				layout->segment_count * sizeof(layout->segments[0]);
}

static void move_part(struct table *table, const struct part *part)
{
	const struct image *image = table->layout->image;
	Elf64_Shdr *section;
	uint64_t offset;

	if (move_sections(table, part) == 0 || !image_offset(image, &part->before, &offset) ||
	    is_overwritten(table->layout, offset))
		return;
	section = add(table, NAME_OLD, SHT_PROGBITS, 1);
	section->sh_addr = part->before.address;
	section->sh_offset = offset;
	section->sh_size = part->before.size;
	if (part == table->layout->dynamic)
		section->sh_flags |= SHF_WRITE;
}

static void add_relocations(struct table *table)
{
	const struct layout *layout = table->layout;
	Elf64_Shdr *section;

	if (layout->relocations->before.size)
		return;
	section = add(table, NAME_RELOCATIONS, SHT_RELA, 8);
	section->sh_addr = layout->relocations->now.address;
	section->sh_offset = offset_of(layout, section->sh_addr);
	section->sh_size = layout->relocations->now.size;
	section->sh_entsize = sizeof(Elf64_Rela);
	for (size_t i = 0; i < layout->image->section_count; i++)
		if (table->sections[i].sh_type == SHT_DYNSYM)
			section->sh_link = (Elf64_Word)i;
}

static void add_notes(struct table *table)
{
	const struct layout *layout = table->layout;
	Elf64_Shdr *section = add(table, NAME_NOTE, SHT_NOTE, 4);

	section->sh_addr = layout->own_notes.address;
	section->sh_offset = offset_of(layout, section->sh_addr);
	section->sh_size = layout->own_notes.size;
}

static void write_names(struct table *table, FILE *out)
{
	const struct image *image = table->layout->image;
	Elf64_Shdr *section = &table->sections[image->header.e_shstrndx];
	const uint64_t start = (uint64_t)ftello(out);

	fwrite(image->bytes + section->sh_offset, 1, (size_t)section->sh_size, out);
	fwrite(names, 1, sizeof(names), out);
	section->sh_offset = start;
	section->sh_size += sizeof(names);
}

int write_sections(const struct layout *layout, FILE *out, Elf64_Ehdr *header)
{
	const struct image *image = layout->image;
	struct table table = { .layout = layout, .count = image->section_count };

	if (image->section_count == 0)
		return 0;
	table.names = image->sections[header->e_shstrndx].sh_size;
	table.sections = calloc(table.count + layout->part_count + 2, sizeof(table.sections[0]));
	if (!table.sections)
		return -ENOMEM;
	memcpy(table.sections, image->sections, table.count * sizeof(table.sections[0]));
	for (size_t i = 0; i < layout->part_count; i++)
		move_part(&table, &layout->parts[i]);
	add_relocations(&table);
	add_notes(&table);
	write_names(&table, out);
	while (ftello(out) % 8)
		putc('\0', out);
	header->e_shoff = (Elf64_Off)ftello(out);
	header->e_shnum = (Elf64_Half)table.count;
	fwrite(table.sections, sizeof(table.sections[0]), table.count, out);
	free(table.sections);
	return 0;
}
