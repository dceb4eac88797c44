/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IPECTL_ROOT_H
#define IPECTL_ROOT_H

/*
 * Opens what @path is below @root, a descriptor of the root of an image, out of which no link leads
 * (RESOLVE_IN_ROOT of openat2(2)); AT_FDCWD is this machine itself. A descriptor, or a negative errno.
 */
int open_in_root(int root, const char *path, int flags);

#endif
