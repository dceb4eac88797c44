/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A library that is loaded with RTLD_DEEPBIND finds the C library's own functions before the shim's;
 * PHP loads its extensions so. See dlopen(3).
 */
#include <dlfcn.h>

#include "next.h"
#include "shim.h"

/* The last call is a jump: the loader looks where its caller says, and that is not the shim. */
IPE_WRAPPER(void *, dlopen, const char *path, int flags)
{
	return ipe_next()->dlopen(path, flags & ~RTLD_DEEPBIND);
}
