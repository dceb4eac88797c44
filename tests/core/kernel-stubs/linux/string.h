/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <linux/types.h>

int memcmp(const void *a, const void *b, size_t len);
void *memcpy(void *to, const void *from, size_t len);
void *memset(void *to, int byte, size_t len);
