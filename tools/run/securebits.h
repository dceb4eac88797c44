/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The securebits of what is supervised. The kernel tells nobody those of another process, so that they
 * are taken on when one asks for them, and hold for all that are supervised from then on.
 */
#ifndef IPECTL_RUN_SECUREBITS_H
#define IPECTL_RUN_SECUREBITS_H

#include <stdbool.h>
#include <stdint.h>

/* <linux/securebits.h> of Linux 6.14, which Debian 12 does not have. */
#define SECUREBIT_RESTRICT_FILE	   (1 << 8)
#define SECUREBIT_DENY_INTERACTIVE (1 << 10)

/* A supervised thread sets these for itself. */
void demand_securebits(uint64_t bits);

/* Has the thread that calls judge as they demand; false if it cannot. */
bool follow_securebits(void);

#endif
