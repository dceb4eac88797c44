/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The name that a user may have meant. */
#ifndef IPECTL_NEAR_H
#define IPECTL_NEAR_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Whether few letters of @word, of @len bytes, are to be added, removed, changed or swapped to make it
 * @name (the optimal string alignment distance); case is free, and a beginning is near, too.
 */
bool is_near(const char *word, size_t len, const char *name);

/* The nearest one, or NULL. */
const char *nearest(const char *word, size_t len, const char *const names[], size_t count);

#endif
