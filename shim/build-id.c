/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "build-id.h"

#include <elf.h>
#include <string.h>

struct search {
	struct ipe_text wanted;
	uintptr_t base;
};

/* Also of what a damaged file says of itself: never more than 4 GiB, so that nothing overflows. */
static size_t padded(uint32_t size)
{
	return ((size_t)size + 3) & ~(size_t)3;
}

static const char *find_in_segment(const char *note, size_t size, const char *name,
				   unsigned int type, size_t *ret_len)
{
	size_t name_size = strlen(name) + 1;

	while (size >= sizeof(ElfW(Nhdr))) {
		ElfW(Nhdr) header;
		size_t start, all;

		memcpy(&header, note, sizeof(header));
		start = sizeof(header) + padded(header.n_namesz);
		all = start + padded(header.n_descsz);
		/* The last one may lack its padding. */
		if (start > size || header.n_descsz > size - start)
			return NULL;
		if (header.n_type == type && header.n_namesz == name_size &&
		    memcmp(note + sizeof(header), name, name_size) == 0) {
			*ret_len = header.n_descsz;
			return note + start;
		}
		if (all > size)
			return NULL;
		note += all;
		size -= all;
	}
	return NULL;
}

const char *ipe_find_note(const struct dl_phdr_info *object, const char *name, unsigned int type,
			  size_t *ret_len)
{
	const char *found = NULL;

	for (size_t i = 0; i < object->dlpi_phnum && !found; i++) {
		const ElfW(Phdr) *segment = &object->dlpi_phdr[i];

		if (segment->p_type == PT_NOTE)
			found = find_in_segment(
				(const char *)(object->dlpi_addr + segment->p_vaddr),
				segment->p_memsz, name, type, ret_len);
	}
	return found;
}

bool ipe_build_id_of(const struct dl_phdr_info *object, struct ipe_build_id *ret)
{
	const char *bytes = ipe_find_note(object, "GNU", NT_GNU_BUILD_ID, &ret->len);

	if (!bytes || ret->len == 0 || ret->len > sizeof(ret->bytes))
		return false;
	memcpy(ret->bytes, bytes, ret->len);
	return true;
}

void ipe_build_id_add(struct ipe_text *text, const struct ipe_build_id *id)
{
	for (size_t i = 0; i < id->len; i++) {
		char digits[2] = { "0123456789abcdef"[id->bytes[i] >> 4],
				   "0123456789abcdef"[id->bytes[i] & 15] };

		ipe_text_add_bytes(text, digits, sizeof(digits));
	}
}

static int visit(struct dl_phdr_info *object, size_t size, void *data)
{
	struct search *search = data;
	char room[2 * IPE_BUILD_ID_MAX];
	struct ipe_text own = { room, sizeof(room), 0 };
	struct ipe_build_id id;

	(void)size;
	if (!ipe_build_id_of(object, &id))
		return 0;
	ipe_build_id_add(&own, &id);
	if (own.len != search->wanted.len || memcmp(room, search->wanted.start, own.len) != 0)
		return 0;
	search->base = object->dlpi_addr;
	return 1;
}

bool ipe_build_id_base(const char *hexadecimal, size_t len, uintptr_t *ret)
{
	struct search search = { .wanted = { (char *)(uintptr_t)hexadecimal, len, len } };

	if (len == 0 || !dl_iterate_phdr(visit, &search))
		return false;
	*ret = search.base;
	return true;
}
