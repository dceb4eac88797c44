/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdlib.h>
#include <string.h>

#include "restore.h"

static bool is_added(const struct image *image, const Elf64_Shdr *section)
{
	const char *name = image_section_name(image, section);

	return strcmp(name, SECTION_OLD) == 0 || strcmp(name, SECTION_NOTE) == 0;
}

/* Has a section lead to where it was before; false if it was not there. */
static bool move_back(const struct restoring *restoring, Elf64_Shdr *section)
{
	const struct range own = { section->sh_addr, section->sh_size };

	for (size_t i = 0; section->sh_flags & SHF_ALLOC && i < restoring->record->part_count;
	     i++) {
		const struct part *part = &restoring->record->parts[i];

		if (section->sh_type == SHT_NOBITS || own.size == 0 || !is_within(&own, &part->now))
			continue;
		if (own.size == part->now.size)
			section->sh_size = part->before.size;
		section->sh_addr += part->before.address - part->now.address;
		return part->before.size &&
		       image_offset(restoring->image,
				    &(struct range){ section->sh_addr, section->sh_size },
				    &section->sh_offset);
	}
	return true;
}

/* The new number of each section that is kept; false for want of memory. */
static bool choose(struct restoring *restoring, Elf64_Half *numbers)
{
	const struct image *image = restoring->image;

	restoring->sections = calloc(image->section_count + 1, sizeof(restoring->sections[0]));
	if (!restoring->sections)
		return false;
	for (size_t i = 0; i < image->section_count; i++) {
		Elf64_Shdr section = image->sections[i];

		if (is_added(image, &section) || !move_back(restoring, &section))
			continue;
		numbers[i] = (Elf64_Half)restoring->section_count;
		restoring->sections[restoring->section_count++] = section;
	}
	return true;
}

static void renumber(struct restoring *restoring, const Elf64_Half *numbers)
{
	const size_t count = restoring->image->section_count;

	for (size_t i = 0; i < restoring->section_count; i++) {
		Elf64_Shdr *section = &restoring->sections[i];

		if (section->sh_link < count)
			section->sh_link = numbers[section->sh_link];
		if (section->sh_flags & SHF_INFO_LINK && section->sh_info < count)
			section->sh_info = numbers[section->sh_info];
	}
}

/* Symbols name the sections that they are in. */
static void renumber_symbols(const struct restoring *restoring, const Elf64_Shdr *section,
			     const Elf64_Half *numbers)
{
	Elf64_Sym symbol;

	for (uint64_t at = 0; at + sizeof(symbol) <= section->sh_size; at += sizeof(symbol)) {
		unsigned char *place = restoring->bytes + section->sh_offset + at;

		memcpy(&symbol, place, sizeof(symbol));
		if (symbol.st_shndx >= restoring->image->section_count)
			continue;
		symbol.st_shndx = numbers[symbol.st_shndx];
		memcpy(place, &symbol, sizeof(symbol));
	}
}

/* What lies behind the segment that is cut off moves up to its place. */
static void write_contents(struct restoring *restoring, FILE *out, const Elf64_Half *numbers)
{
	for (size_t i = 0; i < restoring->section_count; i++) {
		Elf64_Shdr *section = &restoring->sections[i];
		uint64_t alignment = section->sh_addralign;

		if (section->sh_type == SHT_SYMTAB)
			renumber_symbols(restoring, section, numbers);
		if (section->sh_type == SHT_NOBITS || section->sh_type == SHT_NULL ||
		    section->sh_offset < restoring->end)
			continue;
		while (alignment > 1 && alignment <= 4096 && (uint64_t)ftello(out) % alignment)
			putc('\0', out);
		fwrite(restoring->bytes + section->sh_offset, 1, (size_t)section->sh_size, out);
		section->sh_offset = (uint64_t)ftello(out) - section->sh_size;
	}
}

bool write_kept(struct restoring *restoring, FILE *out, Elf64_Ehdr *header)
{
	Elf64_Half *numbers;
	bool chosen;

	header->e_shnum = 0;
	header->e_shoff = 0;
	if (restoring->image->section_count == 0) {
		header->e_shstrndx = 0;
		return true;
	}
	numbers = calloc(restoring->image->section_count, sizeof(numbers[0]));
	chosen = numbers && choose(restoring, numbers);
	if (chosen) {
		renumber(restoring, numbers);
		write_contents(restoring, out, numbers);
		while (ftello(out) % 8)
			putc('\0', out);
		header->e_shoff = (Elf64_Off)ftello(out);
		header->e_shnum = (Elf64_Half)restoring->section_count;
		header->e_shstrndx = numbers[header->e_shstrndx];
		fwrite(restoring->sections, sizeof(restoring->sections[0]),
		       restoring->section_count, out);
	}
	free(numbers);
	return chosen;
}
