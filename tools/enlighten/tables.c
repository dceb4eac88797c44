/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tables.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../../shim/handshake.h"

#define DYNAMIC_MAX 8192

static int read_machine(struct image *image, struct tables *ret)
{
	static const struct {
		uint16_t machine;
		uint32_t relocation;
	} known[] = {
		{ EM_X86_64, R_X86_64_GLOB_DAT },
		{ EM_AARCH64, R_AARCH64_GLOB_DAT },
		{ EM_RISCV, R_RISCV_64 },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (known[i].machine == image->header.e_machine)
			ret->address_relocation = known[i].relocation;
	return ret->address_relocation
		       ? 0
		       : unfit(image, "it is for another architecture than the shim: "
				      "x86-64, arm64, riscv64; use 'ipectl run --supervise'");
}

static int read_interpreter(struct image *image, struct tables *ret)
{
	const Elf64_Phdr *segment = image_segment(image, PT_INTERP);

	if (!segment && image->header.e_type == ET_DYN && image_segment(image, PT_DYNAMIC))
		return unfit(image, "it has no dynamic loader: it is a library, or static; put the "
				    "shim into the program that loads it, or use 'ipectl run "
				    "--supervise'");
	if (!segment)
		return unfit(image,
			     "it is static, so that nothing can be loaded into it: link it to "
			     "libipe-enlighten (see adopting.md), or use 'ipectl run "
			     "--supervise'");
	ret->interpreter = image_string(image, segment->p_offset, segment->p_filesz);
	return ret->interpreter
		       ? 0
		       : malformed(image, "malformed ELF file: its loader's name has no end");
}

static int read_dynamic(struct image *image, struct tables *ret)
{
	const Elf64_Phdr *segment = image_segment(image, PT_DYNAMIC);
	size_t room = segment ? segment->p_filesz / sizeof(ret->entries[0]) : 0;
	const unsigned char *bytes;

	if (!segment)
		return unfit(image,
			     "it has a loader, but no dynamic section, as klibc's programs, "
			     "so that no library can be loaded into it: replace it (by dash, "
			     "or a patched interpreter), or use 'ipectl run --supervise'");
	ret->dynamic = (struct range){ segment->p_vaddr, room * sizeof(ret->entries[0]) };
	bytes = image_at(image, &ret->dynamic);
	if (room == 0 || room > DYNAMIC_MAX || !bytes)
		return malformed(image, "malformed ELF file: the dynamic section is invalid");
	ret->entries = malloc((size_t)ret->dynamic.size);
	if (!ret->entries)
		return -ENOMEM;
	memcpy(ret->entries, bytes, (size_t)ret->dynamic.size);
	while (ret->entry_count < room && ret->entries[ret->entry_count].d_tag != DT_NULL)
		ret->entry_count++;
	return ret->entry_count < room
		       ? 0
		       : malformed(image, "malformed ELF file: the dynamic section has no end");
}

const Elf64_Dyn *tables_entry(const struct tables *tables, int64_t tag)
{
	for (size_t i = 0; i < tables->entry_count; i++)
		if (tables->entries[i].d_tag == tag)
			return &tables->entries[i];
	return NULL;
}

static struct range range_of(const struct tables *tables, int64_t address, int64_t size)
{
	const Elf64_Dyn *start = tables_entry(tables, address);
	const Elf64_Dyn *length = tables_entry(tables, size);

	return start && length ? (struct range){ start->d_un.d_ptr, length->d_un.d_val }
			       : (struct range){ 0 };
}

/* One more than the highest symbol that a relocation refers to. */
static uint64_t count_referred(const struct image *image, const struct range *relocations)
{
	const unsigned char *bytes = image_at(image, relocations);
	Elf64_Rela relocation;
	uint64_t count = 0;

	for (uint64_t at = 0; bytes && at + sizeof(relocation) <= relocations->size;
	     at += sizeof(relocation)) {
		memcpy(&relocation, bytes + at, sizeof(relocation));
		if (ELF64_R_SYM(relocation.r_info) >= count)
			count = ELF64_R_SYM(relocation.r_info) + 1;
	}
	return count;
}

static uint32_t word_at(const struct image *image, uint64_t address, bool *ret_valid)
{
	const struct range range = { address, sizeof(uint32_t) };
	const unsigned char *bytes = image_at(image, &range);
	uint32_t word = 0;

	*ret_valid = *ret_valid && bytes;
	if (bytes)
		memcpy(&word, bytes, sizeof(word));
	return word;
}

/* One more than the highest symbol that can be found by the table DT_GNU_HASH; 0 if there is none. */
static uint64_t count_hashed(const struct image *image, const struct tables *tables,
			     bool *ret_valid)
{
	const Elf64_Dyn *entry = tables_entry(tables, DT_GNU_HASH);
	uint64_t start = entry ? entry->d_un.d_ptr : 0, buckets, chains;
	uint32_t bucket_count, first, highest = 0;

	if (!entry)
		return 0;
	bucket_count = word_at(image, start, ret_valid);
	first = word_at(image, start + 4, ret_valid);
	buckets = start + 16 + (uint64_t)word_at(image, start + 8, ret_valid) * 8;
	chains = buckets + (uint64_t)bucket_count * 4;
	for (uint32_t i = 0; *ret_valid && i < bucket_count; i++) {
		uint32_t bucket = word_at(image, buckets + (uint64_t)i * 4, ret_valid);

		highest = bucket > highest ? bucket : highest;
	}
	if (highest < first)
		return 0;
	while (*ret_valid &&
	       !(word_at(image, chains + (uint64_t)(highest - first) * 4, ret_valid) & 1))
		highest++;
	return (uint64_t)highest + 1;
}

/* There is no entry for the number of symbols. */
static int read_symbols(struct image *image, struct tables *ret)
{
	const Elf64_Dyn *start = tables_entry(ret, DT_SYMTAB);
	const struct range bound = range_of(ret, DT_JMPREL, DT_PLTRELSZ);
	const Elf64_Dyn *hash = tables_entry(ret, DT_HASH);
	const Elf64_Dyn *versions = tables_entry(ret, DT_VERSYM);
	bool valid = start;
	uint64_t counts[5] = { 1, count_referred(image, &ret->relocations),
			       count_referred(image, &bound), count_hashed(image, ret, &valid),
			       hash ? word_at(image, hash->d_un.d_ptr + 4, &valid) : 0 };
	uint64_t count = 0;

	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
		count = counts[i] > count ? counts[i] : count;
	for (size_t i = 0; start && i < image->section_count; i++)
		if (image->sections[i].sh_type == SHT_DYNSYM &&
		    image->sections[i].sh_addr == start->d_un.d_ptr &&
		    image->sections[i].sh_size / sizeof(Elf64_Sym) > count)
			count = image->sections[i].sh_size / sizeof(Elf64_Sym);
	if (!valid || count >= UINT32_MAX)
		return malformed(image, "malformed ELF file: the table of symbols is invalid");
	ret->symbols = (struct range){ start->d_un.d_ptr, count * sizeof(Elf64_Sym) };
	if (versions)
		ret->versions = (struct range){ versions->d_un.d_ptr, count * sizeof(Elf64_Half) };
	if (hash)
		ret->hash =
			(struct range){ hash->d_un.d_ptr,
					8 + ((uint64_t)word_at(image, hash->d_un.d_ptr, &valid) +
					     word_at(image, hash->d_un.d_ptr + 4, &valid)) *
							4 };
	return 0;
}

static int check_ranges(struct image *image, const struct tables *tables)
{
	const struct range *const all[] = { &tables->strings, &tables->symbols, &tables->versions,
					    &tables->hash, &tables->relocations };

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (all[i]->size && !image_at(image, all[i]))
			return malformed(image,
					 "malformed ELF file: a table of the dynamic section "
					 "is in no segment");
	if (tables->strings.size == 0 ||
	    image_at(image, &tables->strings)[tables->strings.size - 1] != '\0')
		return malformed(image, "malformed ELF file: the table of names has no end");
	for (size_t i = 0; i < tables->entry_count; i++)
		if (tables->entries[i].d_tag == DT_NEEDED &&
		    tables->entries[i].d_un.d_val >= tables->strings.size)
			return malformed(image, "malformed ELF file: a DT_NEEDED entry points "
						"outside the table of names");
	return 0;
}

static int read_tables(struct image *image, struct tables *ret)
{
	int error;

	ret->strings = range_of(ret, DT_STRTAB, DT_STRSZ);
	ret->relocations = range_of(ret, DT_RELA, DT_RELASZ);
	if (ret->relocations.size % sizeof(Elf64_Rela) != 0)
		return malformed(image, "malformed ELF file: the table of relocations is invalid");
	error = read_symbols(image, ret);
	return error < 0 ? error : check_ranges(image, ret);
}

int tables_read_library(struct image *image, struct tables *ret)
{
	int error;

	*ret = (struct tables){ 0 };
	error = read_machine(image, ret);
	if (error == 0)
		error = read_dynamic(image, ret);
	return error < 0 ? error : read_tables(image, ret);
}

int tables_read(struct image *image, struct tables *ret)
{
	struct tables own = { 0 };
	int error = read_interpreter(image, &own);

	if (error == 0)
		error = tables_read_library(image, ret);
	else
		*ret = own;
	ret->interpreter = own.interpreter;
	return error;
}

void tables_free(struct tables *tables)
{
	free(tables->entries);
	tables->entries = NULL;
}

const char *tables_name(const struct image *image, const struct tables *tables, uint64_t offset)
{
	const char *names = (const char *)image_at(image, &tables->strings);

	return names && offset < tables->strings.size ? names + offset : NULL;
}

static bool get_symbol(const struct image *image, const struct tables *tables, uint64_t index,
		       Elf64_Sym *ret)
{
	const unsigned char *bytes = image_at(image, &tables->symbols);

	if (!bytes || index >= tables->symbols.size / sizeof(*ret))
		return false;
	memcpy(ret, bytes + index * sizeof(*ret), sizeof(*ret));
	return true;
}

static bool is_marker(const struct image *image, const struct tables *tables, uint64_t index,
		      bool defined)
{
	const char *name;
	Elf64_Sym symbol;

	if (!get_symbol(image, tables, index, &symbol))
		return false;
	name = tables_name(image, tables, symbol.st_name);
	return name && strcmp(name, IPE_SHIM_MARKER) == 0 &&
	       ELF64_ST_BIND(symbol.st_info) == STB_GLOBAL &&
	       (symbol.st_shndx != SHN_UNDEF) == defined;
}

static bool refers_to_marker(const struct image *image, const struct tables *tables)
{
	const unsigned char *bytes = image_at(image, &tables->relocations);
	Elf64_Rela relocation;

	for (uint64_t at = 0; bytes && at < tables->relocations.size; at += sizeof(relocation)) {
		memcpy(&relocation, bytes + at, sizeof(relocation));
		if (ELF64_R_TYPE(relocation.r_info) == tables->address_relocation &&
		    is_marker(image, tables, ELF64_R_SYM(relocation.r_info), false))
			return true;
	}
	return false;
}

bool is_shim_path(const char *path)
{
	const char *last = strrchr(path, '/');

	return last && *path == '/' && strcmp(last + 1, IPE_SHIM_LIBRARY) == 0;
}

const char *tables_shim(const struct image *image, const struct tables *tables)
{
	const Elf64_Dyn *first = tables_entry(tables, DT_NEEDED);
	const char *name = first ? tables_name(image, tables, first->d_un.d_val) : NULL;

	return name && is_shim_path(name) && refers_to_marker(image, tables) ? name : NULL;
}

bool tables_define_marker(const struct image *image, const struct tables *tables)
{
	for (uint64_t i = 0; i < tables->symbols.size / sizeof(Elf64_Sym); i++)
		if (is_marker(image, tables, i, true))
			return true;
	return false;
}
