/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Addresses of the program's and its libraries' code. For the constructor: the loader has locks. */
#include <dlfcn.h>
#include <elf.h>
#include <link.h>

#include "own-calls.h"
#include "shim.h"

struct search {
	const char *address;
	struct ipe_range range;
};

static int look_into(struct dl_phdr_info *object, size_t size, void *data)
{
	struct search *search = data;

	(void)size;
	for (size_t i = 0; i < object->dlpi_phnum; i++) {
		const ElfW(Phdr) *segment = &object->dlpi_phdr[i];
		const char *start = (const char *)(object->dlpi_addr + segment->p_vaddr);
		struct ipe_range range = { start, start + segment->p_memsz };

		if (segment->p_type == PT_LOAD && segment->p_flags & PF_X &&
		    ipe_is_in(&range, search->address)) {
			search->range = range;
			return 1;
		}
	}
	return 0;
}

struct ipe_range ipe_shim_object(const void *address)
{
	struct search search = { .address = address };

	dl_iterate_phdr(look_into, &search);
	return search.range;
}

/* The program comes first. */
static int look_for_own_calls(struct dl_phdr_info *program, size_t size, void *data)
{
	bool *found = data;

	(void)size;
	for (size_t i = 0; i < program->dlpi_phnum && !*found; i++) {
		const ElfW(Phdr) *segment = &program->dlpi_phdr[i];

		if (segment->p_type == PT_LOAD && segment->p_flags == (PF_R | PF_X))
			*found = ipe_opens_by_itself(
				(const unsigned char *)(program->dlpi_addr + segment->p_vaddr),
				segment->p_filesz);
	}
	return 1;
}

bool ipe_shim_program_opens_by_itself(void)
{
	bool found = false;

	dl_iterate_phdr(look_for_own_calls, &found);
	return found;
}

struct ipe_range ipe_host_function(const void *address)
{
	ElfW(Sym) *symbol = NULL;
	Dl_info info;

	if (!address || !dladdr1(address, &info, (void **)&symbol, RTLD_DL_SYMENT) || !symbol ||
	    info.dli_saddr != address)
		return (struct ipe_range){ 0 };
	return (struct ipe_range){ address, (const char *)address + symbol->st_size };
}
