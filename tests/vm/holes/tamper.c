/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Changes a file that is there already, in one of several ways, to the content of another. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

/* The page of payload.S that must not be zero. */
#define PAGE  4096
#define GUARD ((off_t)2 * PAGE)

struct way {
	const char *name;
	void (*change)(const char *victim, int source, size_t size);
};

static void refused(const char *step)
{
	fprintf(stderr, "%s %s\n", step, strerrorname_np(errno));
	exit(1);
}

static int open_victim(const char *victim, int flags)
{
	int fd = open(victim, flags);

	if (fd < 0)
		refused("open");
	return fd;
}

static void by_mmap(const char *victim, int source, size_t size)
{
	int fd = open_victim(victim, O_RDWR);
	void *map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (map == MAP_FAILED)
		refused("mmap");
	if (read(source, map, size) != (ssize_t)size)
		refused("read");
}

static void by_sendfile(const char *victim, int source, size_t size)
{
	if (sendfile(open_victim(victim, O_WRONLY), source, NULL, size) != (ssize_t)size)
		refused("sendfile");
}

static void by_copy_range(const char *victim, int source, size_t size)
{
	if (copy_file_range(source, NULL, open_victim(victim, O_WRONLY), NULL, size, 0) !=
	    (ssize_t)size)
		refused("copy_file_range");
}

static void by_splice(const char *victim, int source, size_t size)
{
	int fd = open_victim(victim, O_WRONLY), ends[2];

	if (pipe(ends) || splice(source, NULL, ends[1], NULL, size, 0) != (ssize_t)size)
		refused("pipe");
	if (splice(ends[0], NULL, fd, NULL, size, 0) != (ssize_t)size)
		refused("splice");
}

static void by_punching(const char *victim, int source, size_t size)
{
	(void)source;
	(void)size;
	if (fallocate(open_victim(victim, O_WRONLY), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
		      GUARD, PAGE))
		refused("fallocate");
}

/* Shared and writable, but removed instead of written. */
static void by_removing(const char *victim, int source, size_t size)
{
	char *map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED,
			 open_victim(victim, O_RDWR), 0);

	(void)source;
	if (map == MAP_FAILED)
		refused("mmap");
	if (madvise(map + GUARD, PAGE, MADV_REMOVE))
		refused("madvise");
}

static const struct way ways[] = {
	{ "mmap", by_mmap },	 { "sendfile", by_sendfile }, { "copy-range", by_copy_range },
	{ "splice", by_splice }, { "punch", by_punching },    { "remove", by_removing },
};

int main(int argc, char **argv)
{
	int source = argc == 4 ? open(argv[3], O_RDONLY) : -1;
	struct stat stat;

	for (size_t way = 0; source >= 0 && way < sizeof(ways) / sizeof(ways[0]); way++) {
		if (strcmp(ways[way].name, argv[1]) != 0)
			continue;
		if (fstat(source, &stat))
			return 2;
		ways[way].change(argv[2], source, (size_t)stat.st_size);
		return 0;
	}
	fputs("usage: tamper WAY VICTIM CONTENT\n", stderr);
	return 2;
}
