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

#include "../../shim/handshake.h"
#include "image.h"
#include "memory.h"

#define NOTED_MAX     32
#define PLAIN_LETTERS "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz+-._"

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

static bool is_note(const GElf_Nhdr *note, const char *name, unsigned int type, const char *wanted)
{
	return note->n_type == type && note->n_namesz == strlen(wanted) + 1 &&
	       memcmp(name, wanted, note->n_namesz) == 0;
}

/* Names of interpreters have no other letters; what else stands there nobody has written down. */
static char *plain_name(const char *bytes, size_t size)
{
	char *name = format_text("%.*s", (int)size, bytes);

	if (*name && !name[strspn(name, PLAIN_LETTERS)])
		return name;
	free(name);
	return NULL;
}

static void take_note(const GElf_Nhdr *note, const char *name, const char *bytes, struct image *ret)
{
	if (is_note(note, name, NT_GNU_BUILD_ID, "GNU") && note->n_descsz <= BUILD_ID_MAX &&
	    ret->build_id_len == 0) {
		memcpy(ret->build_id, bytes, note->n_descsz);
		ret->build_id_len = note->n_descsz;
	} else if (is_note(note, name, IPE_NOTE_INTERPRETER, IPE_NOTE_NAME) && !ret->noted) {
		ret->noted = plain_name(bytes, note->n_descsz < NOTED_MAX ? note->n_descsz : 0);
	} else if (is_note(note, name, IPE_NOTE_PROFILE, IPE_NOTE_NAME)) {
		ret->profiled = true;
	}
}

static void take_notes(const Elf_Data *notes, struct image *ret)
{
	size_t at = 0, name, desc, next;
	GElf_Nhdr note;

	while (at < notes->d_size &&
	       (next = gelf_getnote((Elf_Data *)(uintptr_t)notes, at, &note, &name, &desc)) > 0) {
		take_note(&note, (const char *)notes->d_buf + name,
			  (const char *)notes->d_buf + desc, ret);
		at = next;
	}
}

static void read_notes(const struct elf_file *file, struct image *ret)
{
	for (size_t i = 0; i < file->segment_count; i++) {
		const GElf_Phdr *segment = &file->segments[i];
		Elf_Data *notes;

		if (segment->p_type != PT_NOTE)
			continue;
		notes = read_chunk(file, segment->p_offset, segment->p_filesz,
				   segment->p_align == 8 ? ELF_T_NHDR8 : ELF_T_NHDR);
		if (notes)
			take_notes(notes, ret);
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
	read_notes(file, ret);
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
	free(image->noted);
	*image = (struct image){ 0 };
}
