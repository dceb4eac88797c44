/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IPE_SHIM_EMBEDDED_H
#define IPE_SHIM_EMBEDDED_H

#include <stdbool.h>

#include "host.h"

/* For the constructor: @program is asked about once. */
void ipe_embedded_begin(const struct ipe_range *program);

/*
 * Whether @address is in an interpreter's library, which may have been loaded long after the start. No
 * lock is taken. False if the C library cannot be asked, before 2.35.
 */
bool ipe_is_in_embedded_interpreter(const void *address);

/* For the constructor: whether an object that was loaded before this library defines the function. */
bool ipe_is_defined_in_front(const char *name);

#endif
