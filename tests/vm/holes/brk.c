/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A heap that is executable because whatever can be read is. */
#include <errno.h>
#include <stdlib.h>
#include <sys/personality.h>
#include <unistd.h>

#include "holes.h"

static void grown(const char *path)
{
	char *heap;

	(void)path;
	if (personality(READ_IMPLIES_EXEC) < 0)
		broken("personality");
	heap = sbrk(0);
	if (brk(heap + 4 * PAGE))
		refused("brk");
	/* The first page may be the rest of one that is not executable. */
	put_code(heap + 2 * PAGE);
	run_code(heap + 2 * PAGE);
}

const struct exploit brk_exploits[] = {
	{ "brk-grown", grown },
	{ NULL, NULL },
};
