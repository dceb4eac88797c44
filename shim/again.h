/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What has been opened as code, for interpreters that look for a file in one way and read it in another
 * (IPE_READS_TWICE): in between somebody may put another file there. And what has been found as code, for
 * those that go by names of their own (IPE_INCLUDES_OWN_SUFFIXES) and open another. Nothing is ever forgotten, and a
 * path may be taken for another one, which is judged then. Without locks, also in signal handlers.
 */
#ifndef IPE_SHIM_AGAIN_H
#define IPE_SHIM_AGAIN_H

#include <stdbool.h>

void ipe_again_add(const char *path);
bool ipe_again_has(const char *path);

/* Every path from now on. */
void ipe_again_add_all(void);

#endif
