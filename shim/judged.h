/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Files that the configuration wants judged, whatever program opens them. */
#ifndef IPE_SHIM_JUDGED_H
#define IPE_SHIM_JUDGED_H

#include <stdbool.h>

/* For the constructor. False if the configuration cannot be believed: every file is to be judged. */
bool ipe_judged_load(void);

/* Whether there are any. */
bool ipe_judged_has_any(void);

/* Whether @fd, opened as @path, is one of them. */
bool ipe_judged_has(int fd, const char *path);

#endif
