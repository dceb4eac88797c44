/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the shim knows of distributions' builds of interpreters, by build-id: what a program is, whatever
 * it is called, and the call sites of it and of its libraries. See known.h.
 */
#ifndef IPE_SHIM_BUILTIN_H
#define IPE_SHIM_BUILTIN_H

#include <stdbool.h>

/* For the constructor. What the program is; NULL if its build is not known. */
const char *ipe_builtin_name(void);

/* Adds the sites of all objects that are loaded; false if there is no room. */
bool ipe_builtin_sites(void);

#endif
