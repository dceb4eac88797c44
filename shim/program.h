/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which program this process runs. */
#ifndef IPE_SHIM_PROGRAM_H
#define IPE_SHIM_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>

/*
 * The path of the program's file as the kernel has it, whatever the arguments say. Through the dynamic
 * loader that is the loader's, so then what it loaded. False if it cannot be told, or not be believed
 * because somebody has mounted the file over another.
 */
bool ipe_program_path(char *buf, size_t size);

/* Whether @text is in what the program's file has for reading alone. For the constructor. */
bool ipe_program_has(const char *text);

#endif
