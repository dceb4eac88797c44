/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The C library's own functions, where a system call cannot stand in for them. */
#ifndef IPE_SHIM_NEXT_H
#define IPE_SHIM_NEXT_H

#include <stdbool.h>
#include <stdio.h>

struct ipe_next {
	FILE *(*fopen)(const char *path, const char *mode);
	FILE *(*freopen)(const char *path, const char *mode, FILE *stream);
};

/* Found by the constructor, or here if a wrapper is called before that. */
const struct ipe_next *ipe_next(void);

#endif
