/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <linux/types.h>

#define GFP_KERNEL   0
#define __GFP_NOWARN 0
#define PAGE_SIZE    4096UL
void *kmalloc(size_t size, gfp_t flags);
void kvfree(const void *memory);
