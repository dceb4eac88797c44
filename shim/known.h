/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Distributions' builds of interpreters and of their libraries, by build-id, and their call sites. Made
 * of interpreters/sites by make-sites; 'ipectl scan' has the table, too.
 */
#ifndef IPE_SHIM_KNOWN_H
#define IPE_SHIM_KNOWN_H

#include <stddef.h>
#include <stdint.h>

#define IPE_KNOWN_ID_SIZE 20
/* NAME_SIZE of make-sites. */
#define IPE_KNOWN_NAME_SIZE 16

struct ipe_known_object {
	unsigned char id[IPE_KNOWN_ID_SIZE];
	/* What it is, if it is a program. In the table itself: a pointer is written to at each start. */
	char name[IPE_KNOWN_NAME_SIZE];
	uint16_t first_site;
	uint16_t site_count;
};

/* Addresses in the object as it was linked. */
struct ipe_known_site {
	uint32_t caller;
	uint32_t address;
	uint16_t distance;
	uint16_t is_code;
};

/* NULL if the build is not known. */
const struct ipe_known_object *ipe_find_known(const unsigned char *id, size_t len);

/* The first of the object's site_count sites. */
const struct ipe_known_site *ipe_known_sites_of(const struct ipe_known_object *object);

#endif
