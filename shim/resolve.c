/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * jq finds a module by its suffix, and then opens what realpath(3) says of it: where that was a symbolic
 * link, a file of any name (find_lib() in its src/linker.c). It changes names that are not UTF-8
 * (jv_string_sized() in src/jv.c), so that what it opens cannot be told if one has a byte that is not ASCII.
 */
#include <stdlib.h>

#include "again.h"
#include "next.h"
#include "shim.h"
#include "words.h"

static bool is_ascii(const char *text)
{
	while (*text && !((unsigned char)*text & 0x80))
		text++;
	return !*text;
}

static char *note(const char *path, char *resolved)
{
	if (!path || !resolved || !ipe_shim.ready ||
	    !(ipe_shim.rules->traits & IPE_INCLUDES_OWN_SUFFIXES) || !ipe_shim_has_own_suffix(path))
		return resolved;
	if (is_ascii(resolved))
		ipe_again_add(resolved);
	else
		ipe_again_add_all();
	return resolved;
}

IPE_WRAPPER(char *, realpath, const char *path, char *ret_resolved)
{
	return note(path, ipe_next()->realpath(path, ret_resolved));
}

IPE_WRAPPER(char *, __realpath_chk, const char *path, char *ret_resolved, size_t size)
{
	return note(path, ipe_next()->realpath_checked(path, ret_resolved, size));
}
