/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "first.h"

#include <dlfcn.h>
#include <stddef.h>

#include "embedded.h"
#include "shim.h"

/* What the loader gives to whoever asks for these names: ours, if nobody stands in front. */
#define DECLARE(name)	   extern const char ipe_first_##name[] __asm__(#name);
#define IPE_OPEN(name)	   DECLARE(name)
#define IPE_OPEN_2(name)   DECLARE(name)
#define IPE_OPENAT(name)   DECLARE(name)
#define IPE_OPENAT_2(name) DECLARE(name)
#define IPE_FOPEN(name)	   DECLARE(name)
#define IPE_FREOPEN(name)  DECLARE(name)
#define IPE_OTHER(name)	   DECLARE(name)
#define IPE_SPAWN(name)
#include "calls.def"

#undef DECLARE
#define DECLARE(name) { #name, ipe_first_##name },
static const struct {
	const char *name;
	const char *address;
} functions[] = {
#include "calls.def"
};

const char *ipe_object_in_front(void)
{
	struct ipe_range own = ipe_shim_object(ipe_host_address(ipe_object_in_front));
	Dl_info other;

	for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++) {
		/* A program at a fixed address may have its own address for it, which leads here. */
		if (ipe_is_in(&own, functions[i].address) ||
		    !ipe_is_defined_in_front(functions[i].name))
			continue;
		return dladdr(functions[i].address, &other) && other.dli_fname ? other.dli_fname
									       : "";
	}
	return NULL;
}
