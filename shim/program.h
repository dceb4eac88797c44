/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which program this process runs. */
#ifndef IPE_SHIM_PROGRAM_H
#define IPE_SHIM_PROGRAM_H

#include <stddef.h>

/*
 * The path of the program's file as the kernel has it, whatever the arguments say; "" if it cannot
 * be told. Through the dynamic loader that is the loader's, so then what it loaded.
 */
void ipe_program_path(char *buf, size_t size);

#endif
