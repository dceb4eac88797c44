/* SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-or-later */
/*
 * The policy core's only door to the outside: types, error numbers, memory.
 *
 * Linux provides all of it from its own headers. Elsewhere the core is freestanding: whoever links
 * it provides ipe_core_alloc() and ipe_core_free(), and the three mem functions that a compiler
 * may call in any case.
 */
#ifndef IPE_PLATFORM_H
#define IPE_PLATFORM_H

#ifdef __KERNEL__

#include <linux/errno.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/types.h>
#include <linux/vmalloc.h>

/* What is large gets whole pages and no more: kvmalloc() would round it up to a power of two. */
static inline void *ipe_core_alloc(size_t size)
{
	gfp_t flags = GFP_KERNEL | __GFP_NOWARN;

	return size > PAGE_SIZE ? __vmalloc(size, flags) : kmalloc(size, flags);
}

static inline void ipe_core_free(void *memory)
{
	kvfree(memory);
}

#define ipe_memcmp memcmp
#define ipe_memcpy memcpy
#define ipe_memset memset

#else

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* NULL when there is no memory; the memory need not be zeroed. */
void *ipe_core_alloc(size_t size);
void ipe_core_free(void *memory);

/* Built-ins, because a declaration of our own would repeat the one of <string.h>. */
#define ipe_memcmp __builtin_memcmp
#define ipe_memcpy __builtin_memcpy
#define ipe_memset __builtin_memset

/* As on Linux, where three of them differ between architectures. */
#ifndef ENOMEM
#define ENOMEM 12
#endif
#ifndef EINVAL
#define EINVAL 22
#endif
#ifndef EFBIG
#define EFBIG 27
#endif
#ifndef ERANGE
#define ERANGE 34
#endif
#ifndef EBADMSG
#if defined(__alpha__)
#define EBADMSG 84
#elif defined(__mips__)
#define EBADMSG 77
#elif defined(__sparc__)
#define EBADMSG 76
#elif defined(__hppa__)
#define EBADMSG 67
#else
#define EBADMSG 74
#endif
#endif

#endif /* __KERNEL__ */

#endif
