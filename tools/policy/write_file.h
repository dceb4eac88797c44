/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IPECTL_POLICY_WRITE_FILE_H
#define IPECTL_POLICY_WRITE_FILE_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Writes a file whole or not at all: a regular file is replaced at once; "-" is standard output.
 * Complains and returns false if it cannot.
 */
bool write_file(const char *path, const void *bytes, size_t len);

#endif
