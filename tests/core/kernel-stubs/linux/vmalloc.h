/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <linux/types.h>

void *__vmalloc(size_t size, gfp_t flags);
