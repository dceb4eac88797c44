/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <linux/types.h>

#define GFP_KERNEL 0
void *kvmalloc(size_t size, unsigned int flags);
void kvfree(const void *memory);
