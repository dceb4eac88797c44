/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Call sites: who calls open(2) and fopen(3) for code and who for data, in this process. They come from
 * a profile, or from the tables that are built in; see profile.h and builtin.h.
 */
#ifndef IPE_SHIM_SITES_H
#define IPE_SHIM_SITES_H

#include "host.h"

#define IPE_DISTANCE_MAX 16384
/* Somewhere up to there: no multiple of a word's size. */
#define IPE_DISTANCE_ANY 1

struct ipe_site {
	/* The return address of the call that opens, and what it opens. */
	uintptr_t caller;
	enum ipe_class class;
	/* If not 0: @address has to be on the stack, so many bytes above the caller's. */
	size_t distance;
	uintptr_t address;
};

/* For the constructor. @stack_top is above everything that the main thread ever calls. */
void ipe_sites_begin(const void *stack_top);

/* False, with no site known any more, if there is no room. */
bool ipe_sites_add(const struct ipe_site *site);

/* Forgets them. */
void ipe_sites_clear(void);

/*
 * The object with this code interprets: what it opens is code unless a site says otherwise. So it is
 * with the objects of sites. False if there is no room.
 */
bool ipe_sites_add_interpreter(const struct ipe_range *object);

/* No site is known. */
bool ipe_sites_are_unknown(void);

/* IPE_CLASS_UNTOLD for the caller in an object that interprets nothing. */
enum ipe_class ipe_sites_classify(const struct ipe_open *open);

#endif
