/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What an ELF file of any architecture says of itself, read by libelf and by pread(2), never mapped:
 * a file that is cut short meanwhile must not end the program. Everything in it may be wrong.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "image.h"
#include "memory.h"

bool offset_of(const struct elf_file *file, uint64_t address, uint64_t *ret)
{
	for (size_t i = 0; i < file->segment_count; i++) {
		const GElf_Phdr *segment = &file->segments[i];

		if (segment->p_type == PT_LOAD && address >= segment->p_vaddr &&
		    address - segment->p_vaddr < segment->p_filesz) {
			*ret = segment->p_offset + (address - segment->p_vaddr);
			return *ret < file->size;
		}
	}
	return false;
}

Elf_Data *read_chunk(const struct elf_file *file, uint64_t offset, uint64_t size, Elf_Type type)
{
	if (offset > file->size || size > file->size - offset || size > TABLE_MAX || size == 0)
		return NULL;
	return elf_getdata_rawchunk(file->elf, (int64_t)offset, size, type);
}

static void read_segments(struct elf_file *file)
{
	size_t count = 0;

	if (elf_getphdrnum(file->elf, &count) != 0)
		return;
	for (size_t i = 0; i < count && file->segment_count < SEGMENT_MAX; i++)
		if (gelf_getphdr(file->elf, (int)i, &file->segments[file->segment_count]))
			file->segment_count++;
}

static void read_loader(const struct elf_file *file, struct image *ret)
{
	for (size_t i = 0; i < file->segment_count && !ret->loader; i++) {
		const GElf_Phdr *segment = &file->segments[i];
		char path[256] = "";

		if (segment->p_type != PT_INTERP || segment->p_offset > file->size)
			continue;
		if (pread(file->fd, path, sizeof(path) - 1, (off_t)segment->p_offset) < 0)
			path[0] = '\0';
		ret->loader = format_text("%s", path);
	}
}

static void take_build_id(const Elf_Data *notes, struct image *ret)
{
	size_t at = 0, name, desc, next;
	GElf_Nhdr note;

	while (ret->build_id_len == 0 && at < notes->d_size &&
	       (next = gelf_getnote((Elf_Data *)(uintptr_t)notes, at, &note, &name, &desc)) > 0) {
		if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == sizeof("GNU") &&
		    note.n_descsz <= BUILD_ID_MAX &&
		    memcmp((const char *)notes->d_buf + name, "GNU", sizeof("GNU")) == 0) {
			memcpy(ret->build_id, (const char *)notes->d_buf + desc, note.n_descsz);
			ret->build_id_len = note.n_descsz;
		}
		at = next;
	}
}

static void read_build_id(const struct elf_file *file, struct image *ret)
{
	for (size_t i = 0; i < file->segment_count; i++) {
		const GElf_Phdr *segment = &file->segments[i];
		Elf_Data *notes;

		if (segment->p_type != PT_NOTE)
			continue;
		notes = read_chunk(file, segment->p_offset, segment->p_filesz,
				   segment->p_align == 8 ? ELF_T_NHDR8 : ELF_T_NHDR);
		if (notes)
			take_build_id(notes, ret);
	}
}

/* What was split off for debuggers has the segments, and nothing in them. */
static bool is_debug_part(const struct elf_file *file)
{
	Elf_Scn *section = NULL;
	GElf_Shdr header;

	while ((section = elf_nextscn(file->elf, section)) != NULL)
		if (gelf_getshdr(section, &header) && header.sh_type == SHT_NOBITS &&
		    (header.sh_flags & SHF_EXECINSTR) && header.sh_size > 0)
			return true;
	return false;
}

static int read_open(struct elf_file *file, const struct matcher *matcher, struct image *ret)
{
	struct stat st;

	if (fstat(file->fd, &st) < 0)
		return -errno;
	file->size = (uint64_t)st.st_size;
	if (elf_kind(file->elf) != ELF_K_ELF || !gelf_getehdr(file->elf, &file->header) ||
	    (file->header.e_type != ET_EXEC && file->header.e_type != ET_DYN))
		return -ENOEXEC;
	ret->machine = file->header.e_machine;
	if (is_debug_part(file))
		return -ENOEXEC;
	read_segments(file);
	read_loader(file, ret);
	read_build_id(file, ret);
	/* Decides whether it is a program, too. */
	read_dynamic(file, ret);
	look_at_symbols(file, ret);
	if (ret->is_shim) {
		memset(ret->hints, 0, sizeof(ret->hints));
		return 0;
	}
	return look_at_strings(file, matcher, ret);
}

int read_image(int fd, const struct matcher *matcher, struct image *ret)
{
	struct elf_file *file = allocate(1, sizeof(*file));
	int error;

	elf_version(EV_CURRENT);
	file->fd = fd;
	file->elf = elf_begin(fd, ELF_C_READ, NULL);
	error = file->elf ? read_open(file, matcher, ret) : -ENOEXEC;
	elf_end(file->elf);
	free(file);
	return error;
}

void free_image(struct image *image)
{
	for (size_t i = 0; i < image->needed_count; i++)
		free(image->needed[i]);
	free(image->needed);
	free(image->loader);
	free(image->soname);
	*image = (struct image){ 0 };
}
