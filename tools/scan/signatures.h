/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What interpreters are known by; the tables are generated. */
#ifndef IPECTL_SIGNATURES_H
#define IPECTL_SIGNATURES_H

#include <stddef.h>
#include <stdint.h>

#include "signature_count.h"

struct signature {
	const char *name;
	/* Words: file names, versions may follow; sonames, versions may follow. */
	const char *names;
	const char *needed;
};

struct symbol {
	const char *name;
	uint8_t signature;
};

/* Its bytes are inverted, or ipectl would hold every interpreter's. */
struct pattern {
	const char *bytes;
	uint8_t len;
	uint8_t signature;
	uint8_t bit;
};

extern const struct signature signatures[SIGNATURE_COUNT];
/* Sorted. */
extern const struct symbol symbols[];
extern const size_t symbol_count;
extern const struct pattern patterns[];
extern const size_t pattern_count;

#endif
