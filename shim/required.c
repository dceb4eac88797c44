/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * An enlightened program refers to this by a relocation that its loader resolves at the start. No
 * other library defines it, so that the program does not start with another file in the place of
 * this library.
 */
#define IPE_MARK(name)                                                 \
	__attribute__((visibility("default"))) extern const char name; \
	const char name = 0;
#define IPE_OPEN(name)
#define IPE_OPEN_2(name)
#define IPE_OPENAT(name)
#define IPE_OPENAT_2(name)
#define IPE_FOPEN(name)
#define IPE_FREOPEN(name)
#define IPE_OTHER(name)
#define IPE_SPAWN(name)
#include "calls.def"
