/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IPECTL_MEMORY_H
#define IPECTL_MEMORY_H

#include <stddef.h>

/* These end the program where there is no memory. */
void *allocate(size_t count, size_t size) __attribute__((malloc));
char *format_text(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Room for one more item behind the @count items of an array; the array may move. */
void *make_room(void *array, size_t count, size_t size);

#endif
