/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "image.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_MAX    ((off_t)1 << 31)
#define SEGMENT_MAX 512

int malformed(struct image *image, const char *problem)
{
	image->problem = problem;
	return -EBADMSG;
}

int unfit(struct image *image, const char *problem)
{
	image->problem = problem;
	return -EINVAL;
}

static bool is_in_file(const struct image *image, uint64_t offset, uint64_t size)
{
	return offset <= image->size && size <= image->size - offset;
}

static int read_header(struct image *image)
{
	static const unsigned char ours[] = { ELFCLASS64, ELFDATA2LSB, EV_CURRENT };

	if (image->size < sizeof(image->header) || memcmp(image->bytes, ELFMAG, SELFMAG) != 0)
		return unfit(image,
			     "it is not an ELF file: name the interpreter, not a script of it");
	memcpy(&image->header, image->bytes, sizeof(image->header));
	if (memcmp(image->header.e_ident + EI_CLASS, ours, sizeof(ours)) != 0)
		return unfit(image, "it is for another architecture than the shim: it has not 64 "
				    "bits, little-endian; use 'ipectl run --supervise'");
	if (image->header.e_type != ET_EXEC && image->header.e_type != ET_DYN)
		return unfit(image, "it is neither a program nor a library");
	return 0;
}

static int read_segments(struct image *image)
{
	size_t count = image->header.e_phnum;

	if (image->header.e_phentsize != sizeof(image->segments[0]) || count == 0 ||
	    count > SEGMENT_MAX ||
	    !is_in_file(image, image->header.e_phoff, count * sizeof(image->segments[0])))
		return malformed(image, "malformed ELF file: the program header table is invalid");
	image->segments = calloc(count, sizeof(image->segments[0]));
	if (!image->segments)
		return -ENOMEM;
	memcpy(image->segments, image->bytes + image->header.e_phoff,
	       count * sizeof(image->segments[0]));
	image->segment_count = count;
	return 0;
}

static bool are_sound(const struct image *image)
{
	for (size_t i = 0; i < image->section_count; i++) {
		const Elf64_Shdr *section = &image->sections[i];

		if (section->sh_type != SHT_NOBITS && section->sh_type != SHT_NULL &&
		    !is_in_file(image, section->sh_offset, section->sh_size))
			return false;
	}
	return image->header.e_shstrndx < image->section_count &&
	       image->sections[image->header.e_shstrndx].sh_type == SHT_STRTAB;
}

static int read_sections(struct image *image)
{
	size_t count = image->header.e_shnum;

	if (image->header.e_shentsize != sizeof(image->sections[0]) || count == 0 ||
	    !is_in_file(image, image->header.e_shoff, count * sizeof(image->sections[0])))
		return 0;
	image->sections = calloc(count, sizeof(image->sections[0]));
	if (!image->sections)
		return -ENOMEM;
	memcpy(image->sections, image->bytes + image->header.e_shoff,
	       count * sizeof(image->sections[0]));
	image->section_count = count;
	if (!are_sound(image))
		image->section_count = 0;
	return 0;
}

int image_parse(unsigned char *bytes, size_t size, struct image *ret)
{
	int error;

	*ret = (struct image){ .bytes = bytes, .size = size };
	error = read_header(ret);
	if (error == 0)
		error = read_segments(ret);
	if (error == 0)
		error = read_sections(ret);
	return error;
}

/* All of it, as long as nobody changes it meanwhile. */
static int read_all(int fd, unsigned char *bytes, size_t size)
{
	size_t done = 0;

	while (done < size) {
		ssize_t len = pread(fd, bytes + done, size - done, (off_t)done);

		if (len < 0 && errno == EINTR)
			continue;
		if (len <= 0)
			return len < 0 ? -errno : -EIO;
		done += (size_t)len;
	}
	return 0;
}

int image_load(int fd, struct image *ret)
{
	unsigned char *bytes;
	struct stat st;
	int error;

	*ret = (struct image){ 0 };
	if (fstat(fd, &st) < 0)
		return -errno;
	if (st.st_size > FILE_MAX)
		return -EFBIG;
	bytes = malloc((size_t)st.st_size + 1);
	if (!bytes)
		return -ENOMEM;
	error = read_all(fd, bytes, (size_t)st.st_size);
	if (error == 0)
		return image_parse(bytes, (size_t)st.st_size, ret);
	free(bytes);
	return error;
}

void image_free(struct image *image)
{
	free(image->bytes);
	free(image->segments);
	free(image->sections);
	image->bytes = NULL;
	image->segments = NULL;
	image->sections = NULL;
}

const Elf64_Phdr *image_segment(const struct image *image, uint32_t type)
{
	for (size_t i = 0; i < image->segment_count; i++)
		if (image->segments[i].p_type == type)
			return &image->segments[i];
	return NULL;
}

bool image_offset(const struct image *image, const struct range *range, uint64_t *ret)
{
	for (size_t i = 0; i < image->segment_count; i++) {
		const Elf64_Phdr *segment = &image->segments[i];
		const struct range whole = { segment->p_vaddr, segment->p_filesz };

		if (segment->p_type != PT_LOAD || !is_within(range, &whole))
			continue;
		*ret = segment->p_offset + (range->address - segment->p_vaddr);
		return is_in_file(image, *ret, range->size);
	}
	return false;
}

const unsigned char *image_at(const struct image *image, const struct range *range)
{
	uint64_t offset;

	return image_offset(image, range, &offset) ? image->bytes + offset : NULL;
}

const char *image_string(const struct image *image, uint64_t offset, uint64_t size)
{
	if (!is_in_file(image, offset, size) || !memchr(image->bytes + offset, '\0', (size_t)size))
		return NULL;
	return (const char *)image->bytes + offset;
}

const char *image_section_name(const struct image *image, const Elf64_Shdr *section)
{
	const Elf64_Shdr *names = &image->sections[image->header.e_shstrndx];
	const char *name = NULL;

	if (section->sh_name < names->sh_size)
		name = image_string(image, names->sh_offset + section->sh_name,
				    names->sh_size - section->sh_name);
	return name ? name : "";
}
