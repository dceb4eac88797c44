/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * An interpreter's library that dlopen(3) brings has no adapter and no call sites here: those are found
 * when the program starts. It is known by a function that only such a library exports, so all that it
 * opens is code. dladdr(3) and dlsym(3) take locks that a signal handler's thread may hold.
 */
#include "embedded.h"

#include <dlfcn.h>
#include <link.h>
#include <stdint.h>
#include <string.h>
#include <sys/auxv.h>

#pragma weak _dl_find_object

/* Opens mostly come from the program itself, which does not change. */
static struct ipe_range program;
static bool program_interprets;

/* As DT_GNU_HASH has them: the function that starts the interpreter. */
static const char *const starters[] = {
	"luaL_newstate",      "Py_InitializeEx", "perl_parse",	     "ruby_setup",
	"Tcl_FindExecutable", "scm_boot_guile",	 "Rf_initEmbeddedR", "php_request_startup",
};

struct symbols {
	const ElfW(Sym) * table;
	const char *names;
	const uint32_t *hashes;
};

static uint32_t hash_of(const char *name)
{
	uint32_t hash = 5381;

	for (; *name; name++)
		hash = hash * 33 + (unsigned char)*name;
	return hash;
}

/* The loader adds to most of them where the object lies. */
static const void *in_object(const struct link_map *object, ElfW(Addr) address)
{
	return (const void *)(address < object->l_addr ? address + object->l_addr : address);
}

static bool find_symbols(const struct link_map *object, struct symbols *ret)
{
	for (const ElfW(Dyn) *entry = object->l_ld; entry && entry->d_tag != DT_NULL; entry++) {
		const void *address = in_object(object, entry->d_un.d_ptr);

		if (entry->d_tag == DT_SYMTAB)
			ret->table = address;
		else if (entry->d_tag == DT_STRTAB)
			ret->names = address;
		else if (entry->d_tag == DT_GNU_HASH)
			ret->hashes = address;
	}
	return ret->table && ret->names && ret->hashes;
}

/* What a program only refers to is in its table, too, where it has an address of it for all to use. */
static bool is_of(const struct symbols *symbols, uint32_t index, const char *name)
{
	const ElfW(Sym) *symbol = &symbols->table[index];

	return symbol->st_shndx != SHN_UNDEF && strcmp(symbols->names + symbol->st_name, name) == 0;
}

/* The table begins with a filter, in words of the machine; two bits in one of them stand for a symbol. */
static bool may_have(const uint32_t *table, uint32_t hash)
{
	const ElfW(Addr) *filter = (const void *)(table + 4);
	uint32_t bits = 8 * sizeof(*filter);
	ElfW(Addr) word = table[2] ? filter[hash / bits % table[2]] : 0;

	return word >> hash % bits & word >> (hash >> table[3]) % bits & 1;
}

static bool has_symbol(const struct symbols *symbols, const char *name)
{
	uint32_t bucket_count = symbols->hashes[0], first = symbols->hashes[1];
	const uint32_t *buckets =
		symbols->hashes + 4 + symbols->hashes[2] * (sizeof(ElfW(Addr)) / sizeof(uint32_t));
	const uint32_t *chain = buckets + bucket_count;
	uint32_t hash = hash_of(name);
	uint32_t at;

	if (bucket_count == 0 || !may_have(symbols->hashes, hash))
		return false;
	at = buckets[hash % bucket_count];
	for (; at >= first; at++) {
		if ((chain[at - first] | 1) == (hash | 1) && is_of(symbols, at, name))
			return true;
		if (chain[at - first] & 1)
			break;
	}
	return false;
}

static bool is_in_interpreter(const void *address)
{
	struct symbols symbols = { 0 };
	struct dl_find_object found;

	if (!_dl_find_object || _dl_find_object((void *)(uintptr_t)address, &found) != 0 ||
	    !found.dlfo_link_map || !find_symbols(found.dlfo_link_map, &symbols))
		return false;
	for (size_t i = 0; i < sizeof(starters) / sizeof(starters[0]); i++)
		if (has_symbol(&symbols, starters[i]))
			return true;
	return false;
}

bool ipe_is_defined_in_front(const char *name)
{
	ElfW(Addr) kernels = getauxval(AT_SYSINFO_EHDR);

	for (const struct link_map *object = _r_debug.r_map; object; object = object->l_next) {
		struct symbols symbols = { 0 };

		if (object->l_ld == _DYNAMIC)
			return false;
		if (object->l_addr != kernels || !kernels)
			if (!find_symbols(object, &symbols) || has_symbol(&symbols, name))
				return true;
	}
	return true;
}

void ipe_embedded_begin(const struct ipe_range *range)
{
	program_interprets = is_in_interpreter(range->start);
	program = *range;
}

bool ipe_is_in_embedded_interpreter(const void *address)
{
	return ipe_is_in(&program, address) ? program_interprets : is_in_interpreter(address);
}
