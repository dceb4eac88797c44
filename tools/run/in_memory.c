/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which files a process has mapped to be executed, by the kernel's own word for each. */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "trace.h"

/* Device and inode as a line of /proc/PID/maps has them; false of what is of no file. */
static bool read_file_of_line(const char *line, unsigned long *start, struct file_in_memory *ret)
{
	char mode[5], device[16];
	unsigned long inode;

	if (sscanf(line, "%lx-%*x %4s %*x %15s %lu", start, mode, device, &inode) != 4 ||
	    mode[2] != 'x' || inode == 0)
		return false;
	snprintf(ret->name, sizeof(ret->name), "%s %lu", device, inode);
	return true;
}

static bool is_same(const struct file_in_memory *file, const struct file_in_memory *other)
{
	return strcmp(file->name, other->name) == 0;
}

/* The file that is mapped at @address, or, if that is 0, whether @wanted is mapped at all. */
static bool search(const char *maps, unsigned long address, const struct file_in_memory *wanted,
		   struct file_in_memory *ret)
{
	FILE *stream = fopen(maps, "re");
	char *line = NULL;
	size_t size = 0;
	bool found = false;

	while (stream && !found && getline(&line, &size, stream) > 0) {
		unsigned long start;

		if (read_file_of_line(line, &start, ret))
			found = wanted ? is_same(ret, wanted) : start == address;
	}
	free(line);
	if (stream)
		fclose(stream);
	return found;
}

bool find_in_memory(const char *path, struct file_in_memory *ret)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	void *mapping =
		fd < 0 ? MAP_FAILED : mmap(NULL, 1, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0);
	bool found = false;

	if (mapping != MAP_FAILED) {
		found = search("/proc/self/maps", (unsigned long)mapping, NULL, ret);
		munmap(mapping, 1);
	}
	if (fd >= 0)
		close(fd);
	return found;
}

bool has_in_memory(pid_t pid, const struct file_in_memory *file)
{
	struct file_in_memory other;
	char name[32];

	snprintf(name, sizeof(name), "/proc/%d/maps", pid);
	return search(name, 0, file, &other);
}
