/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IPECTL_NEEDS_SHIM_H
#define IPECTL_NEEDS_SHIM_H

#include <stdbool.h>

/*
 * Whether the open program cannot start without the shim, as its file says: the first library that
 * it needs is named by an absolute path, and it refers to what only the shim defines.
 */
bool needs_shim(int fd);

#endif
