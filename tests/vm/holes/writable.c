/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Memory that is writable and executable at once. */
#include <errno.h>
#include <stdio.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/personality.h>

#include "holes.h"

#define RWX (PROT_READ | PROT_WRITE | PROT_EXEC)

static void at_once(const char *path)
{
	void *map = map_file(path, RWX, MAP_PRIVATE);

	put_code(map);
	run_code(map);
}

static void shared(const char *path)
{
	void *map = map_file(path, RWX, MAP_SHARED);

	put_code(map);
	run_code(map);
}

static void write_and_run(char *map, size_t size)
{
	if (mprotect(map, size, RWX))
		refused("mprotect");
	put_code(map + size - PAGE);
	run_code(map + size - PAGE);
}

static void added(const char *path)
{
	write_and_run(map_file(path, PROT_READ | PROT_EXEC, MAP_PRIVATE), PAGE);
}

static size_t vdso_size(unsigned long start)
{
	unsigned long from, to, size = 0;
	FILE *maps = fopen("/proc/self/maps", "r");
	char line[512];

	while (maps && fgets(line, sizeof(line), maps))
		if (sscanf(line, "%lx-%lx ", &from, &to) == 2 && from == start)
			size = to - from;
	if (!size)
		broken("vdso");
	fclose(maps);
	return size;
}

/* The kernel's own pages, which are executable without anybody having asked. They cannot be parted,
 * and the C library uses the first one. */
static void vdso(const char *path)
{
	unsigned long start = getauxval(AT_SYSINFO_EHDR);

	(void)path;
	write_and_run((char *)start, vdso_size(start));
}

/* What is mapped to be read becomes executable. */
static void implied(const char *path)
{
	void *map;

	if (personality(READ_IMPLIES_EXEC) < 0)
		broken("personality");
	map = map_file(path, PROT_READ | PROT_WRITE, MAP_PRIVATE);
	put_code(map);
	run_code(map);
}

const struct exploit writable_exploits[] = {
	{ "writable-at-once", at_once }, { "writable-shared", shared },
	{ "writable-added", added },	 { "writable-vdso", vdso },
	{ "writable-implied", implied }, { NULL, NULL },
};
