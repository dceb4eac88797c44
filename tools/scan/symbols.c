/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdlib.h>
#include <string.h>

#include "../../shim/handshake.h"
#include "image.h"

static int compare(const void *name, const void *symbol)
{
	return strcmp(name, ((const struct symbol *)symbol)->name);
}

static void look_at_name(const char *name, struct image *ret)
{
	const struct symbol *symbol =
		bsearch(name, symbols, symbol_count, sizeof(symbols[0]), compare);

	if (symbol)
		ret->hints[symbol->signature] |= HINT_SYMBOL;
}

static bool look_at_section(const struct elf_file *file, Elf_Scn *section, struct image *ret)
{
	GElf_Shdr header;
	Elf_Data *data;
	GElf_Sym symbol;

	if (!gelf_getshdr(section, &header) ||
	    (header.sh_type != SHT_SYMTAB && header.sh_type != SHT_DYNSYM) ||
	    header.sh_size > TABLE_MAX)
		return false;
	data = elf_getdata(section, NULL);
	for (int i = 0; data && gelf_getsym(data, i, &symbol); i++) {
		const char *name = elf_strptr(file->elf, header.sh_link, symbol.st_name);

		if (!name || GELF_ST_BIND(symbol.st_info) == STB_LOCAL)
			continue;
		look_at_name(name, ret);
		/* A program that defines it is what was made to look like the shim. */
		if (symbol.st_shndx != SHN_UNDEF && strcmp(name, IPE_SHIM_MARKER) == 0 &&
		    !ret->program && ret->soname && strcmp(ret->soname, IPE_SHIM_LIBRARY) == 0)
			ret->is_shim = true;
	}
	return data != NULL;
}

static uint64_t find_entry(const struct elf_file *file, int64_t tag)
{
	size_t size = gelf_fsize(file->elf, ELF_T_DYN, 1, EV_CURRENT);

	for (size_t i = 0; i < file->segment_count; i++) {
		const GElf_Phdr *segment = &file->segments[i];
		Elf_Data *data = segment->p_type == PT_DYNAMIC && size > 0
					 ? read_chunk(file, segment->p_offset,
						      segment->p_filesz / size * size, ELF_T_DYN)
					 : NULL;
		GElf_Dyn entry;

		for (int j = 0; data && gelf_getdyn(data, j, &entry); j++)
			if (entry.d_tag == tag)
				return entry.d_un.d_val;
	}
	return 0;
}

/* Without sections nothing says where the names end but the size; every name in them counts. */
static void look_at_dynamic(const struct elf_file *file, struct image *ret)
{
	uint64_t offset = 0;
	Elf_Data *names = NULL;
	const char *at, *end, *stop;

	if (offset_of(file, find_entry(file, DT_STRTAB), &offset))
		names = read_chunk(file, offset, find_entry(file, DT_STRSZ), ELF_T_BYTE);
	if (!names)
		return;
	stop = (const char *)names->d_buf + names->d_size;
	for (at = names->d_buf; at < stop && (end = memchr(at, '\0', (size_t)(stop - at)));
	     at = end + 1)
		look_at_name(at, ret);
}

void look_at_symbols(const struct elf_file *file, struct image *ret)
{
	Elf_Scn *section = NULL;
	bool any = false;

	while ((section = elf_nextscn(file->elf, section)) != NULL)
		any |= look_at_section(file, section, ret);
	if (!any)
		look_at_dynamic(file, ret);
}
