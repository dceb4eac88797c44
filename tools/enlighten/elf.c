/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the loader reads of a program: by its segments, as the loader does, and not by its sections.
 * Everything in the file may be wrong.
 */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../shim/handshake.h"
#include "enlighten.h"

#define SEGMENT_MAX 512
#define DYNAMIC_MAX 8192
#define STRING_MAX  4096

struct elf {
	int fd;
	uint64_t size;
	ElfW(Ehdr) header;
	ElfW(Phdr) segments[SEGMENT_MAX];
	ElfW(Dyn) dynamic[DYNAMIC_MAX];
	size_t dynamic_count;
	const char *problem;
};

static int malformed(struct elf *elf, const char *problem)
{
	elf->problem = problem;
	return -EBADMSG;
}

static int unfit(struct elf *elf, const char *problem)
{
	elf->problem = problem;
	return -EINVAL;
}

static int read_at(struct elf *elf, uint64_t offset, void *buf, size_t size)
{
	ssize_t len;

	if (offset > elf->size || size > elf->size - offset)
		return malformed(elf, "it is malformed: a part of it lies behind its end");
	len = pread(elf->fd, buf, size, (off_t)offset);
	if (len < 0)
		return -errno;
	return (size_t)len == size ? 0 : malformed(elf, "it is being changed by somebody else");
}

/* Class, byte order, ABI version and machine of this very program. */
static int read_own_header(ElfW(Ehdr) * ret)
{
	int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	int error = fd < 0 ? -errno : 0;

	if (fd >= 0 && pread(fd, ret, sizeof(*ret), 0) != sizeof(*ret))
		error = -EIO;
	if (fd >= 0)
		close(fd);
	return error;
}

static int read_header(struct elf *elf)
{
	ElfW(Ehdr) own;
	int error = read_own_header(&own);

	if (error < 0)
		return error;
	if (elf->size < sizeof(elf->header) ||
	    pread(elf->fd, &elf->header, sizeof(elf->header), 0) != sizeof(elf->header) ||
	    memcmp(elf->header.e_ident, ELFMAG, SELFMAG) != 0)
		return unfit(elf,
			     "it is not an ELF file: name the interpreter, not a script of it");
	if (memcmp(elf->header.e_ident, own.e_ident, EI_VERSION + 1) != 0 ||
	    elf->header.e_machine != own.e_machine)
		return unfit(elf, "it is for another architecture: run an ipectl of that one, as "
				  "in a chroot");
	if (elf->header.e_type != ET_EXEC && elf->header.e_type != ET_DYN)
		return unfit(elf, "it is neither a program nor a library");
	if (elf->header.e_phentsize != sizeof(elf->segments[0]) || elf->header.e_phnum == 0 ||
	    elf->header.e_phnum > SEGMENT_MAX)
		return malformed(elf, "it is malformed: its program headers are none");
	return read_at(elf, elf->header.e_phoff, elf->segments,
		       elf->header.e_phnum * sizeof(elf->segments[0]));
}

static const ElfW(Phdr) * find_segment(const struct elf *elf, uint32_t type)
{
	for (size_t i = 0; i < elf->header.e_phnum; i++)
		if (elf->segments[i].p_type == type)
			return &elf->segments[i];
	return NULL;
}

/* Copies a string that must end before @limit bytes; to be freed. */
static int read_string(struct elf *elf, uint64_t offset, uint64_t limit, char **ret)
{
	char text[STRING_MAX];
	uint64_t rest = offset > elf->size ? 0 : elf->size - offset;
	size_t size = sizeof(text);
	int error;

	if (rest < size)
		size = (size_t)rest;
	if (limit < size)
		size = (size_t)limit;
	error = size ? read_at(elf, offset, text, size) : 0;
	if (error < 0)
		return error;
	if (!memchr(text, '\0', size))
		return malformed(elf, "it is malformed: a name in it has no end");
	*ret = strdup(text);
	return *ret ? 0 : -ENOMEM;
}

static int read_interpreter(struct elf *elf, struct program *ret)
{
	const ElfW(Phdr) *segment = find_segment(elf, PT_INTERP);

	if (segment)
		return read_string(elf, segment->p_offset, segment->p_filesz, &ret->interpreter);
	if (elf->header.e_type == ET_DYN && find_segment(elf, PT_DYNAMIC))
		return unfit(elf, "it has no dynamic loader: it is a library, or static; put the "
				  "shim into the program that loads it, or use 'ipectl run "
				  "--supervise'");
	return unfit(elf, "it is static, so that nothing can be loaded into it: link it to "
			  "libipe-enlighten, or use 'ipectl run --supervise'");
}

static int read_dynamic(struct elf *elf)
{
	const ElfW(Phdr) *segment = find_segment(elf, PT_DYNAMIC);
	size_t count = segment ? segment->p_filesz / sizeof(elf->dynamic[0]) : 0;
	int error;

	if (count == 0 || count > DYNAMIC_MAX)
		return malformed(elf, "it is malformed: its dynamic segment is none");
	error = read_at(elf, segment->p_offset, elf->dynamic, count * sizeof(elf->dynamic[0]));
	if (error < 0)
		return error;
	while (elf->dynamic_count < count && elf->dynamic[elf->dynamic_count].d_tag != DT_NULL)
		elf->dynamic_count++;
	return elf->dynamic_count < count
		       ? 0
		       : malformed(elf, "it is malformed: its dynamic segment has no end");
}

static const ElfW(Dyn) * find_entry(const struct elf *elf, int64_t tag)
{
	for (size_t i = 0; i < elf->dynamic_count; i++)
		if (elf->dynamic[i].d_tag == tag)
			return &elf->dynamic[i];
	return NULL;
}

/* Where in the file it is that will be at that address. */
static int find_offset(struct elf *elf, uint64_t address, uint64_t *ret)
{
	for (size_t i = 0; i < elf->header.e_phnum; i++) {
		const ElfW(Phdr) *segment = &elf->segments[i];

		if (segment->p_type == PT_LOAD && address >= segment->p_vaddr &&
		    address - segment->p_vaddr < segment->p_filesz) {
			*ret = segment->p_offset + (address - segment->p_vaddr);
			return *ret < elf->size ? 0
						: malformed(elf, "it is malformed: its names lie "
								 "behind its end");
		}
	}
	return malformed(elf, "it is malformed: its names are in no segment");
}

static int read_needed(struct elf *elf, struct program *ret)
{
	const ElfW(Dyn) *table = find_entry(elf, DT_STRTAB);
	const ElfW(Dyn) *size = find_entry(elf, DT_STRSZ);
	uint64_t start = 0;
	int error = table && size ? find_offset(elf, table->d_un.d_ptr, &start)
				  : malformed(elf, "it is malformed: it has no table of names");

	for (size_t i = 0; i < elf->dynamic_count && error == 0; i++) {
		uint64_t name = elf->dynamic[i].d_un.d_val;

		if (elf->dynamic[i].d_tag != DT_NEEDED)
			continue;
		if (name >= size->d_un.d_val || ret->needed_count == NEEDED_MAX)
			return malformed(elf, "it is malformed: it needs what has no name");
		error = read_string(elf, start + name, size->d_un.d_val - name,
				    &ret->needed[ret->needed_count]);
		ret->needed_count += error == 0;
	}
	return error;
}

int read_program(int fd, struct program *ret, const char **ret_problem)
{
	struct elf *elf = calloc(1, sizeof(*elf));
	struct stat st;
	int error = -ENOMEM;

	*ret = (struct program){ 0 };
	*ret_problem = NULL;
	if (elf && fstat(fd, &st) == 0) {
		elf->fd = fd;
		elf->size = (uint64_t)st.st_size;
		error = read_header(elf);
		if (error == 0)
			error = read_interpreter(elf, ret);
		if (error == 0)
			error = read_dynamic(elf);
		if (error == 0)
			error = read_needed(elf, ret);
		*ret_problem = elf->problem;
	}
	free(elf);
	if (error < 0)
		free_program(ret);
	return error;
}

void free_program(struct program *program)
{
	for (size_t i = 0; i < program->needed_count; i++)
		free(program->needed[i]);
	free(program->interpreter);
	*program = (struct program){ 0 };
}

static bool is_shim(const char *name)
{
	return strcmp(name, IPE_SHIM_LIBRARY) == 0;
}

bool is_enlightened(const struct program *program)
{
	for (size_t i = 0; i < program->needed_count; i++) {
		if (is_shim(program->needed[i]))
			return true;
		if (strncmp(program->needed[i], "libc.", 5) == 0)
			return false;
	}
	return false;
}

/* The next that is not the shim. */
static size_t next_other(const struct program *program, size_t i)
{
	while (i < program->needed_count && is_shim(program->needed[i]))
		i++;
	return i;
}

bool differ_by_shim(const struct program *with, const struct program *without)
{
	size_t i = next_other(with, 0), j = next_other(without, 0);

	while (i < with->needed_count && j < without->needed_count &&
	       strcmp(with->needed[i], without->needed[j]) == 0) {
		i = next_other(with, i + 1);
		j = next_other(without, j + 1);
	}
	return i == with->needed_count && j == without->needed_count && is_enlightened(with) &&
	       strcmp(with->interpreter, without->interpreter) == 0;
}
