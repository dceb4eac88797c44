/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "image.h"
#include "memory.h"

#define NAME_MAX_LEN 1024
#define NEEDED_MAX   1024

struct dynamic {
	Elf_Data *data;
	size_t count;
	/* In the file. */
	uint64_t names;
	bool has_names;
};

static char *read_name(const struct elf_file *file, const struct dynamic *dynamic, uint64_t at)
{
	char name[NAME_MAX_LEN] = "";

	if (!dynamic->has_names || at > file->size || dynamic->names + at > file->size)
		return NULL;
	if (pread(file->fd, name, sizeof(name) - 1, (off_t)(dynamic->names + at)) <= 0)
		return NULL;
	return format_text("%s", name);
}

static void find_names(const struct elf_file *file, struct dynamic *dynamic)
{
	for (size_t i = 0; i < dynamic->count; i++) {
		GElf_Dyn entry;

		if (gelf_getdyn(dynamic->data, (int)i, &entry) && entry.d_tag == DT_STRTAB)
			dynamic->has_names = offset_of(file, entry.d_un.d_ptr, &dynamic->names);
	}
}

static void find_dynamic(const struct elf_file *file, struct dynamic *ret)
{
	size_t size = gelf_fsize(file->elf, ELF_T_DYN, 1, EV_CURRENT);

	for (size_t i = 0; i < file->segment_count && !ret->data; i++) {
		const GElf_Phdr *segment = &file->segments[i];

		if (segment->p_type == PT_DYNAMIC && size > 0)
			ret->data = read_chunk(file, segment->p_offset,
					       segment->p_filesz / size * size, ELF_T_DYN);
	}
	while (ret->data && ret->count < ret->data->d_size / size) {
		GElf_Dyn entry;

		if (!gelf_getdyn(ret->data, (int)ret->count, &entry) || entry.d_tag == DT_NULL)
			break;
		ret->count++;
	}
	find_names(file, ret);
}

static void add_needed(struct image *image, char *name)
{
	if (!name || image->needed_count == NEEDED_MAX) {
		free(name);
		return;
	}
	image->needed = make_room(image->needed, image->needed_count, sizeof(*image->needed));
	image->needed[image->needed_count++] = name;
}

/* What has a loader, or is static, as the kernel and the dynamic loader start it. */
static bool is_program(const struct elf_file *file, const struct image *image, bool pie)
{
	if (image->loader || pie || file->header.e_type == ET_EXEC)
		return true;
	return file->header.e_entry != 0 && image->needed_count == 0 && !image->soname;
}

void read_dynamic(const struct elf_file *file, struct image *ret)
{
	struct dynamic dynamic = { 0 };
	bool pie = false;

	find_dynamic(file, &dynamic);
	for (size_t i = 0; i < dynamic.count; i++) {
		GElf_Dyn entry;

		if (!gelf_getdyn(dynamic.data, (int)i, &entry))
			break;
		if (entry.d_tag == DT_NEEDED)
			add_needed(ret, read_name(file, &dynamic, entry.d_un.d_val));
		else if (entry.d_tag == DT_SONAME && !ret->soname)
			ret->soname = read_name(file, &dynamic, entry.d_un.d_val);
		else if (entry.d_tag == DT_FLAGS_1)
			pie = entry.d_un.d_val & DF_1_PIE;
	}
	ret->program = is_program(file, ret, pie);
}
