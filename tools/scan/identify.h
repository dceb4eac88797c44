/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IPECTL_SCAN_IDENTIFY_H
#define IPECTL_SCAN_IDENTIFY_H

#include <stddef.h>

/*
 * Which interpreter the program in @fd is, by its strings and symbols, and @path where these agree with
 * it: @path's last part, or a name in @room, both of less than @size bytes; NULL if none that is known.
 */
const char *identify_interpreter(int fd, const char *path, char *room, size_t size);

#endif
