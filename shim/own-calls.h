/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IPE_SHIM_OWN_CALLS_H
#define IPE_SHIM_OWN_CALLS_H

#include <stdbool.h>
#include <stddef.h>

/* The longest piece of code that is looked at as one. */
#define IPE_OWN_CALL_MAX 48

/*
 * Whether machine code of x86_64 opens files by system calls of its own, which nobody sees who takes
 * the place of the C library's functions: a syscall instruction close behind one that loads the number
 * of open(2), openat(2) or openat2(2), without a call or a return in between.
 */
bool ipe_opens_by_itself(const unsigned char *code, size_t len);

#endif
