/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Linux's fault injection: the Nth allocation or copy of the calling thread fails. */
#ifndef INJECT_H
#define INJECT_H

#include <stdbool.h>

/* Every kind of failure, without a message for each. Ends the program on a kernel without it. */
void inject_prepare(void);

/* Only what the kernel's functions from START to END call, directly or not; all of it for 0, 0. */
void inject_within(unsigned long start, unsigned long end);

void inject_arm(unsigned int nth);

/* Whether the failure has happened since; none will from here on. */
bool inject_disarm(void);

#endif
