/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The core's allocator in tests: it counts, and fails when asked to. */
#ifndef IPE_TEST_MEMORY_H
#define IPE_TEST_MEMORY_H

#include <stddef.h>

/* The allocation with this number, counted from 1, fails, and so do all after it; 0 for none. */
void memory_fail_at(size_t number);

/* From now on memory is as malloc() gives it: what is measured must not pay for dirtying it. */
void memory_leave_clean(void);

/* Allocations that were asked for since memory_fail_at(). */
size_t memory_count(void);

/* What is not freed yet: blocks, bytes. */
size_t memory_blocks(void);
size_t memory_bytes(void);

#endif
