/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Build-ids of the program and its libraries, in hexadecimal. For the constructor. */
#ifndef IPE_SHIM_BUILD_ID_H
#define IPE_SHIM_BUILD_ID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "text.h"

#define IPE_BUILD_ID_MAX 128

/* Appends the program's; false if it has none. */
bool ipe_build_id_of_program(struct ipe_text *text);

/* How far the object with that build-id was moved when it was loaded; false if none is. */
bool ipe_build_id_base(const char *build_id, size_t len, uintptr_t *ret);

#endif
