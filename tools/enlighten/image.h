/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An ELF file of 64 bits in memory. Everything in it may be wrong, and is checked when it is read. */
#ifndef IPECTL_ENLIGHTEN_IMAGE_H
#define IPECTL_ENLIGHTEN_IMAGE_H

#include <elf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct image {
	unsigned char *bytes;
	size_t size;
	/* Copies; the tables are to be freed. */
	Elf64_Ehdr header;
	Elf64_Phdr *segments;
	size_t segment_count;
	/* None if there is no table of them, or a damaged one, which the loader does not mind. */
	Elf64_Shdr *sections;
	size_t section_count;
	/* What is wrong with the file and what to do; NULL if the errno says it. */
	const char *problem;
};

/* What is at an address, or nothing, with size 0. */
struct range {
	uint64_t address;
	uint64_t size;
};

/* 0 or a negative errno: -EINVAL is a file that cannot be enlightened, -EBADMSG a malformed one. */
int image_load(int fd, struct image *ret);
/* Takes over the bytes, which are from malloc(3). */
int image_parse(unsigned char *bytes, size_t size, struct image *ret);
void image_free(struct image *image);

/* Set @problem and return its errno. */
int malformed(struct image *image, const char *problem);
int unfit(struct image *image, const char *problem);

/* The first of its type, or NULL. */
const Elf64_Phdr *image_segment(const struct image *image, uint32_t type);

/* What the loader has at these addresses, in the file; false or NULL if it is not from the file. */
bool image_offset(const struct image *image, const struct range *range, uint64_t *ret);
const unsigned char *image_at(const struct image *image, const struct range *range);

/* A string of the file that ends before @size bytes are over; NULL if it does not. */
const char *image_string(const struct image *image, uint64_t offset, uint64_t size);

/* The name of a section; "" if it has none. */
const char *image_section_name(const struct image *image, const Elf64_Shdr *section);

static inline bool is_within(const struct range *inner, const struct range *outer)
{
	return inner->address >= outer->address && inner->address - outer->address <= outer->size &&
	       inner->size <= outer->size - (inner->address - outer->address);
}

#endif
