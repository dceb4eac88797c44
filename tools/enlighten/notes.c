/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "../output.h"
#include "layout.h"

/* The name of a note, with its NUL. */
struct name {
	const char *bytes;
	size_t size;
};

static const struct name own_name = { IPE_NOTE_NAME, sizeof(IPE_NOTE_NAME) };
static const struct name gnu_name = { ELF_NOTE_GNU, sizeof(ELF_NOTE_GNU) };

static uint64_t padded(uint64_t size)
{
	return (size + 3) & ~(uint64_t)3;
}

static void write_padded(FILE *out, const void *bytes, size_t size)
{
	static const char zeros[4];

	fwrite(bytes, 1, size, out);
	fwrite(zeros, 1, (size_t)(padded(size) - size), out);
}

void write_note(FILE *out, const struct note *note)
{
	const Elf64_Nhdr header = { sizeof(IPE_NOTE_NAME), (Elf64_Word)note->size, note->type };

	fwrite(&header, 1, sizeof(header), out);
	write_padded(out, IPE_NOTE_NAME, sizeof(IPE_NOTE_NAME));
	write_padded(out, note->bytes, note->size);
}

/* The size of the note at the start of @bytes, 0 if it is none; the note if it has this name. */
static uint64_t read_note(const unsigned char *bytes, uint64_t size, const struct name *name,
			  struct note *ret)
{
	Elf64_Nhdr header;
	uint64_t start, all;

	if (size < sizeof(header))
		return 0;
	memcpy(&header, bytes, sizeof(header));
	start = sizeof(header) + padded(header.n_namesz);
	all = start + padded(header.n_descsz);
	if (all > size)
		return 0;
	*ret = (struct note){ 0 };
	if (header.n_namesz == name->size &&
	    memcmp(bytes + sizeof(header), name->bytes, name->size) == 0)
		*ret = (struct note){ header.n_type, bytes + start, header.n_descsz };
	return all;
}

static const unsigned char *note_bytes(const struct image *image, const Elf64_Phdr *segment)
{
	const struct range range = { segment->p_vaddr, segment->p_filesz };

	return segment->p_type == PT_NOTE ? image_at(image, &range) : NULL;
}

static bool find(const struct image *image, const struct name *name, uint32_t type,
		 struct note *ret)
{
	for (size_t i = 0; i < image->segment_count; i++) {
		const unsigned char *bytes = note_bytes(image, &image->segments[i]);
		uint64_t rest = image->segments[i].p_filesz, size;

		while (bytes && (size = read_note(bytes, rest, name, ret)) > 0) {
			if (ret->bytes && ret->type == type)
				return true;
			bytes += size;
			rest -= size;
		}
	}
	*ret = (struct note){ 0 };
	return false;
}

bool note_find(const struct image *image, uint32_t type, struct note *ret)
{
	return find(image, &own_name, type, ret);
}

bool note_build_id(const struct image *image, char ret[static 2 * NOTE_BUILD_ID_MAX + 1])
{
	struct note note;

	if (!find(image, &gnu_name, NT_GNU_BUILD_ID, &note) || note.size == 0 ||
	    note.size > NOTE_BUILD_ID_MAX)
		return false;
	format_hex(ret, note.bytes, note.size);
	return true;
}

bool notes_are_whole(const unsigned char *bytes, uint64_t size)
{
	struct note note;
	uint64_t one = 1;

	while (size > 0 && (one = read_note(bytes, size, &own_name, &note)) > 0) {
		bytes += one;
		size -= one;
	}
	return one > 0;
}
