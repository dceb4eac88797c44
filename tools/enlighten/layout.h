/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is added to a program: one segment behind all others, with copies of what the loader reads and
 * of what lies in the way of the program headers, each with what is added to it, and with notes.
 */
#ifndef IPECTL_ENLIGHTEN_LAYOUT_H
#define IPECTL_ENLIGHTEN_LAYOUT_H

#include <stdio.h>

#include "../../shim/handshake.h"
#include "tables.h"

#define PART_MAX 32

/* The names of the sections that are added: of what was copied, and of our own notes. */
#define SECTION_OLD  ".ipe-enlighten.old"
#define SECTION_NOTE ".note.ipe-enlighten"

/* A note beside those that the shim reads: how the file was before. */
#define NOTE_RECORD 3

struct note {
	uint32_t type;
	const unsigned char *bytes;
	size_t size;
};

/* What was moved: from where to where. */
struct part {
	struct range before;
	struct range now;
	/* 1 if nothing takes the place where it was. */
	uint64_t stays;
};

struct additions {
	/* The path of the shim as the program's loader will see it. */
	const char *shim;
	/* With size 0 if there is none. */
	struct note profile;
	struct note interpreter;
};

struct layout {
	struct image *image;
	const struct tables *tables;
	const struct additions *additions;
	uint64_t page;
	/* The new segment: its bytes, where it is in the file, and its address. */
	FILE *out;
	char *bytes;
	size_t size;
	uint64_t offset;
	uint64_t address;
	struct part parts[PART_MAX];
	size_t part_count;
	struct part *strings;
	struct part *symbols;
	struct part *versions;
	struct part *hash;
	struct part *relocations;
	/* NULL if the dynamic section has room where it is. */
	struct part *dynamic;
	/* All notes, and those that are ours. */
	struct range notes;
	struct range own_notes;
	Elf64_Dyn *entries;
	size_t entry_count;
	Elf64_Phdr *segments;
	size_t segment_count;
};

/*
 * put.c: a new file, to be freed, of a program that is not enlightened. 0 or a negative errno, with
 * the image's problem.
 */
int put_shim(struct image *image, const struct tables *tables, const struct additions *additions,
	     struct image *ret);

/* segment.c: what is in the new segment. */
int layout_segment(struct layout *layout);

/* headers.c: the new program headers; false if there is no room for them. */
bool layout_headers(struct layout *layout);
/* Whether this segment of notes is of those that are moved. */
bool notes_move(const struct image *image, const Elf64_Phdr *segment);
/* Whether it only says once more what another header says. */
bool notes_are_property(const struct image *image, const Elf64_Phdr *segment);

/* sections.c: writes the names and the headers of sections behind the new segment. */
int write_sections(const struct layout *layout, FILE *out, Elf64_Ehdr *header);

/* notes.c */
void write_note(FILE *out, const struct note *note);
bool note_find(const struct image *image, uint32_t type, struct note *ret);
/* The build-id in hexadecimal; false if there is none. */
#define NOTE_BUILD_ID_MAX 64
bool note_build_id(const struct image *image, char ret[static 2 * NOTE_BUILD_ID_MAX + 1]);
/* Whether it is notes to its end. */
bool notes_are_whole(const unsigned char *bytes, uint64_t size);

/* record.c: how the file was before, in a note of the new one. */
struct record {
	uint64_t size;
	/* The program headers, and what lay in the way of more of them. */
	uint64_t headers_size;
	uint64_t dynamic_size;
	uint64_t part_count;
	struct part parts[PART_MAX];
	Elf64_Ehdr header;
	const unsigned char *headers;
	const unsigned char *dynamic;
};

void write_record(const struct layout *layout);
bool read_record(const struct image *image, struct record *ret);

/* undo.c: a new file without the shim; as put_shim(). */
int take_shim(struct image *image, const struct tables *tables, struct image *ret);

#endif
