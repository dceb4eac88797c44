/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Build-ids and notes of the program and its libraries. For the constructor. */
#ifndef IPE_SHIM_BUILD_ID_H
#define IPE_SHIM_BUILD_ID_H

#include <link.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "text.h"

#define IPE_BUILD_ID_MAX 64

struct ipe_build_id {
	unsigned char bytes[IPE_BUILD_ID_MAX];
	size_t len;
};

/* The description of a note of @object, in memory; NULL if it has none. */
const char *ipe_find_note(const struct dl_phdr_info *object, const char *name, unsigned int type,
			  size_t *ret_len);

/* False if it has none. */
bool ipe_build_id_of(const struct dl_phdr_info *object, struct ipe_build_id *ret);

/* Appends it in hexadecimal. */
void ipe_build_id_add(struct ipe_text *text, const struct ipe_build_id *id);

/* How far the object with that build-id was moved when it was loaded; false if none is. */
bool ipe_build_id_base(const char *hexadecimal, size_t len, uintptr_t *ret);

#endif
