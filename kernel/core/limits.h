/* SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-or-later */
#ifndef IPE_LIMITS_H
#define IPE_LIMITS_H

/*
 * The longest policy text, in bytes. Line numbers, rule numbers and offsets into a policy are 32
 * bits wide because of it; Linux itself allocates and reads no more at once.
 */
#define IPE_TEXT_MAX 0x7fffffffU

/* The largest number in a policy's version. */
#define IPE_VERSION_MAX 65535U

/*
 * Slots of the index per entry. At two, a search looks at 1.5 slots on average when it finds
 * something and at 2.5 when it does not.
 */
#define IPE_INDEX_SLOTS_PER_ENTRY 2U

#endif
