/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "next.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

static struct ipe_next functions;
static bool found;

static void find(void *ret_function, const char *name)
{
	void *address = dlsym(RTLD_NEXT, name);

	if (!address)
		abort();
	memcpy(ret_function, &address, sizeof(address));
}

const struct ipe_next *ipe_next(void)
{
	if (__atomic_load_n(&found, __ATOMIC_ACQUIRE))
		return &functions;
	find(&functions.dlopen, "dlopen");
	find(&functions.fopen, "fopen");
	find(&functions.freopen, "freopen");
	find(&functions.execvpe, "execvpe");
	find(&functions.posix_spawn, "posix_spawn");
	find(&functions.posix_spawnp, "posix_spawnp");
	find(&functions.popen, "popen");
	find(&functions.system, "system");
	find(&functions.sigaction, "sigaction");
	find(&functions.realpath, "realpath");
	find(&functions.realpath_checked, "__realpath_chk");
	find(&functions.wordexp, "wordexp");
	__atomic_store_n(&found, true, __ATOMIC_RELEASE);
	return &functions;
}
