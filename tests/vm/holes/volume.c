/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A mapping that was allowed, and whose pages are read only later. */
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "holes.h"

/* The code is in the file's last page. */
static void late(const char *path)
{
	int fd = open(path, O_RDONLY);
	struct stat stat;
	char *map;

	if (fd < 0 || fstat(fd, &stat))
		broken("open");
	if (posix_fadvise(fd, 0, 0, POSIX_FADV_RANDOM))
		broken("fadvise");
	map = mmap(NULL, (size_t)stat.st_size, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0);
	if (map == MAP_FAILED)
		refused("mmap");
	wait_until_told();
	run_code(map + stat.st_size - PAGE);
}

const struct exploit volume_exploits[] = {
	{ "volume-late", late },
	{ NULL, NULL },
};
