/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Texts that only a certain program has, where that program has them: in what is mapped and cannot be
 * written to. Whoever copies an interpreter can put them anywhere else.
 */
#include <errno.h>
#include <gelf.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "program.h"

#define CHUNK ((size_t)256 << 10)

static bool is_in_range(int fd, const GElf_Phdr *segment, const char *text, char *room)
{
	const size_t len = strlen(text);
	const uint64_t end = segment->p_offset + segment->p_filesz;

	for (uint64_t at = segment->p_offset; at < end && len < CHUNK; at += CHUNK - len) {
		size_t wanted = end - at < CHUNK ? (size_t)(end - at) : CHUNK;
		ssize_t got = TEMP_FAILURE_RETRY(pread(fd, room, wanted, (off_t)at));

		if (got <= 0)
			return false;
		if (memmem(room, (size_t)got, text, len))
			return true;
	}
	return false;
}

static bool is_in_segments(int fd, Elf *elf, const char *text, char *room)
{
	GElf_Phdr segment;
	size_t count = 0;

	if (elf_getphdrnum(elf, &count) != 0)
		return false;
	for (size_t i = 0; i < count; i++)
		if (gelf_getphdr(elf, (int)i, &segment) && segment.p_type == PT_LOAD &&
		    (segment.p_flags & (PF_R | PF_W)) == PF_R &&
		    is_in_range(fd, &segment, text, room))
			return true;
	return false;
}

bool has_text(int fd, const char *text)
{
	char *room = malloc(CHUNK);
	Elf *elf = NULL;
	bool found;

	elf_version(EV_CURRENT);
	elf = room ? elf_begin(fd, ELF_C_READ, NULL) : NULL;
	found = elf && is_in_segments(fd, elf, text, room);
	elf_end(elf);
	free(room);
	return found;
}
