// SPDX-License-Identifier: LGPL-2.1-or-later
#include "memory.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "policy.h"

/* Keeps the block's size in front of it. */
#define HEAD sizeof(max_align_t)

/* New memory is not zero. */
#define DIRT 0xa5

static bool clean;
static size_t fail_at;
static size_t count;
static size_t blocks;
static size_t bytes;

void memory_fail_at(size_t number)
{
	fail_at = number;
	count = 0;
}

void memory_leave_clean(void)
{
	clean = true;
}

size_t memory_count(void)
{
	return count;
}

size_t memory_blocks(void)
{
	return blocks;
}

size_t memory_bytes(void)
{
	return bytes;
}

void *ipe_core_alloc(size_t size)
{
	unsigned char *block;

	if (!size)
		abort();
	count++;
	if (fail_at && count >= fail_at)
		return NULL;
	block = malloc(HEAD + size);
	if (!block)
		return NULL;
	memcpy(block, &size, sizeof(size));
	if (!clean)
		memset(block + HEAD, DIRT, size);
	blocks++;
	bytes += size;
	return block + HEAD;
}

void ipe_core_free(void *memory)
{
	unsigned char *block = (unsigned char *)memory - HEAD;
	size_t size;

	memcpy(&size, block, sizeof(size));
	blocks--;
	bytes -= size;
	free(block);
}
