/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "build-id.h"

#include <elf.h>
#include <link.h>
#include <string.h>

struct search {
	/* NULL for the program, which comes first. */
	const char *wanted;
	size_t len;
	struct ipe_text *ret_id;
	uintptr_t base;
};

static size_t padded(size_t size)
{
	return (size + 3) & ~(size_t)3;
}

/* The description of the build-id in a segment of notes; NULL if it has none. */
static const unsigned char *find_note(const char *note, size_t size, size_t *ret_len)
{
	while (size >= sizeof(ElfW(Nhdr))) {
		ElfW(Nhdr) header;
		size_t all;

		memcpy(&header, note, sizeof(header));
		all = sizeof(header) + padded(header.n_namesz) + padded(header.n_descsz);
		if (all > size)
			return NULL;
		if (header.n_type == NT_GNU_BUILD_ID && header.n_namesz == sizeof("GNU") &&
		    memcmp(note + sizeof(header), "GNU", sizeof("GNU")) == 0) {
			*ret_len = header.n_descsz;
			return (const unsigned char *)note + sizeof(header) +
			       padded(header.n_namesz);
		}
		note += all;
		size -= all;
	}
	return NULL;
}

static void add_hexadecimal(struct ipe_text *text, const unsigned char *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		char digits[2] = { "0123456789abcdef"[bytes[i] >> 4],
				   "0123456789abcdef"[bytes[i] & 15] };

		ipe_text_add_bytes(text, digits, sizeof(digits));
	}
}

static bool add_build_id(const struct dl_phdr_info *object, struct ipe_text *text)
{
	for (size_t i = 0; i < object->dlpi_phnum; i++) {
		const ElfW(Phdr) *segment = &object->dlpi_phdr[i];
		const unsigned char *id;
		size_t len;

		if (segment->p_type != PT_NOTE)
			continue;
		id = find_note((const char *)(object->dlpi_addr + segment->p_vaddr),
			       segment->p_memsz, &len);
		if (!id || len * 2 > IPE_BUILD_ID_MAX)
			continue;
		add_hexadecimal(text, id, len);
		return true;
	}
	return false;
}

static int visit(struct dl_phdr_info *object, size_t size, void *data)
{
	struct search *search = data;
	char room[IPE_BUILD_ID_MAX];
	struct ipe_text id = { room, sizeof(room), 0 };
	bool found = add_build_id(object, &id);

	(void)size;
	if (!search->wanted) {
		ipe_text_add_bytes(search->ret_id, room, id.len);
		return 1;
	}
	if (!found || id.len != search->len || memcmp(room, search->wanted, id.len) != 0)
		return 0;
	search->base = object->dlpi_addr;
	return 1;
}

bool ipe_build_id_of_program(struct ipe_text *text)
{
	struct search search = { .ret_id = text };
	size_t before = text->len;

	dl_iterate_phdr(visit, &search);
	return text->len > before;
}

bool ipe_build_id_base(const char *build_id, size_t len, uintptr_t *ret)
{
	struct search search = { .wanted = build_id, .len = len };

	if (len == 0 || !dl_iterate_phdr(visit, &search))
		return false;
	*ret = search.base;
	return true;
}
