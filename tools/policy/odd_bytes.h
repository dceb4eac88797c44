/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IPECTL_POLICY_ODD_BYTES_H
#define IPECTL_POLICY_ODD_BYTES_H

#include "core/policy.h"

/* A character of a word that is hardly meant to be part of it. */
struct odd_byte {
	const char *at;
	size_t size;
	/* With its article; static. */
	const char *name;
	/* It looks like a blank, or like nothing. */
	bool is_blank;
};

/* The first one of a word, or the first one that looks like a blank; false if there is none. */
bool find_odd_byte(struct ipe_span word, bool only_blanks, struct odd_byte *ret);

/* "0xc2 0xa0, a no-break space"; to be freed. */
char *format_odd_byte(const struct odd_byte *odd);

#endif
