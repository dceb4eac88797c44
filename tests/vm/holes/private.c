/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pages of a private mapping that are no longer those of the trusted file. */
#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "holes.h"

static void protect_and_run(void *map)
{
	if (mprotect(map, PAGE, PROT_READ | PROT_EXEC))
		refused("mprotect");
	run_code(map);
}

static void written(const char *path)
{
	void *map = map_file(path, PROT_READ | PROT_WRITE, MAP_PRIVATE);

	put_code(map);
	protect_and_run(map);
}

/* The modified pages go to an address that was never mapped from a file. */
static void moved(const char *path)
{
	void *map = map_file(path, PROT_READ | PROT_WRITE, MAP_PRIVATE);
	void *place = mmap(NULL, PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	put_code(map);
	if (place == MAP_FAILED ||
	    mremap(map, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, place) != place)
		broken("mremap");
	protect_and_run(place);
}

static void inherited(const char *path)
{
	void *map = map_file(path, PROT_READ | PROT_WRITE, MAP_PRIVATE);
	pid_t child;
	int status;

	put_code(map);
	child = fork();
	if (child == 0) {
		protect_and_run(map);
		exit(0);
	}
	if (child < 0 || waitpid(child, &status, 0) != child)
		broken("fork");
	exit(WIFEXITED(status) ? WEXITSTATUS(status) : 3);
}

/* Only the middle page is written, and mprotect splits the mapping there. */
static void split(const char *path)
{
	char *map = mmap(NULL, 3 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	for (int page = 0; page < 3; page++) {
		char *part = map_file(path, PROT_READ | PROT_WRITE, MAP_PRIVATE);

		if (mremap(part, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, map + page * PAGE) ==
		    MAP_FAILED)
			broken("mremap");
	}
	put_code(map + PAGE);
	protect_and_run(map + PAGE);
}

/* A page that the process itself cannot write, forced by /proc/self/mem. */
static void forced(const char *path)
{
	void *map = map_file(path, PROT_READ, MAP_PRIVATE);

	put_code_through_mem(getpid(), map);
	protect_and_run(map);
}

/* Executable first, then writable, then executable again. */
static void taken_back(const char *path)
{
	void *map = map_file(path, PROT_READ | PROT_EXEC, MAP_PRIVATE);

	if (mprotect(map, PAGE, PROT_READ | PROT_WRITE))
		broken("mprotect");
	put_code(map);
	protect_and_run(map);
}

static void protection_key(const char *path)
{
	void *map = map_file(path, PROT_READ | PROT_WRITE, MAP_PRIVATE);

	put_code(map);
	if (pkey_mprotect(map, PAGE, PROT_READ | PROT_EXEC, -1))
		refused("mprotect");
	run_code(map);
}

/* Written before there was a policy. */
static void early(const char *path)
{
	void *map = map_file(path, PROT_READ | PROT_WRITE, MAP_PRIVATE);

	put_code(map);
	wait_until_told();
	protect_and_run(map);
}

const struct exploit private_exploits[] = {
	{ "private-written", written },
	{ "private-moved", moved },
	{ "private-inherited", inherited },
	{ "private-split", split },
	{ "private-forced", forced },
	{ "private-taken-back", taken_back },
	{ "private-protection-key", protection_key },
	{ "private-early", early },
	{ NULL, NULL },
};
