/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Changes a file of a tmpfs on the swap device: pushes its pages out, and makes another file's of
 * them there. */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define PAGE	 4096
#define PATIENCE 90 /* seconds */

static void failed(const char *step)
{
	fprintf(stderr, "%s %s\n", step, strerrorname_np(errno));
	exit(1);
}

static char *contents(const char *path, size_t *size)
{
	int fd = open(path, O_RDONLY);
	struct stat stat;
	char *map;

	if (fd < 0 || fstat(fd, &stat))
		failed(path);
	*size = (size_t)stat.st_size;
	map = mmap(NULL, *size, PROT_READ, MAP_SHARED, fd, 0);
	if (map == MAP_FAILED)
		failed(path);
	return map;
}

static void push_out(char *map, size_t size)
{
	for (size_t at = 0; at < size; at += PAGE)
		*(volatile char *)(map + at);
	if (madvise(map, size, MADV_PAGEOUT))
		failed("madvise");
}

/* Returns how many pages were found and changed. */
static int replace(int device, const char *original, const char *content, size_t size)
{
	char *page = aligned_alloc(PAGE, PAGE);
	int replaced = 0;

	for (off_t at = PAGE; pread(device, page, PAGE, at) == PAGE; at += PAGE)
		for (size_t from = 0; from + PAGE <= size; from += PAGE) {
			if (memcmp(page, original + from, PAGE) != 0 ||
			    memcmp(page, content + from, PAGE) == 0)
				continue;
			memcpy(page, content + from, PAGE);
			if (pwrite(device, page, PAGE, at) != PAGE)
				failed("write");
			replaced++;
		}
	return replaced;
}

static bool is_in_memory(char *map, size_t size)
{
	unsigned char resident[64];

	if (size > sizeof(resident) * PAGE || mincore(map, size, resident))
		failed("mincore");
	for (size_t page = 0; page * PAGE < size; page++)
		if (resident[page] & 1)
			return true;
	return false;
}

/* What is on the device and still in memory is not read again. Clean pages make it go, if they
 * are used twice; when is for the kernel to say. */
static void press_out(char *map, size_t size, const char *clean)
{
	static char buffer[1 << 20];
	time_t begun = time(NULL);
	int fd = open(clean, O_RDONLY);
	off_t at = 0;

	while (is_in_memory(map, size) && time(NULL) - begun < PATIENCE)
		for (int use = 0; use < 2; use++)
			if (pread(fd, buffer, sizeof(buffer), at) == sizeof(buffer))
				at += use * (off_t)sizeof(buffer);
			else
				at = 0;
	close(fd);
	if (is_in_memory(map, size))
		failed("press out");
}

int main(int argc, char **argv)
{
	size_t size, content_size;
	char *map, *content, *original;
	int device;

	if (argc != 5) {
		fputs("usage: holes-swapped VICTIM CONTENT SWAP-DEVICE LARGE-FILE\n", stderr);
		return 2;
	}
	map = contents(argv[1], &size);
	content = contents(argv[2], &content_size);
	device = open(argv[3], O_RDWR | O_DIRECT);
	original = malloc(size);
	if (!original || size != content_size || device < 0)
		failed("open");
	memcpy(original, map, size);
	push_out(map, size);
	if (!replace(device, original, content, size)) {
		fputs("no page is on the swap device\n", stderr);
		return 1;
	}
	press_out(map, size, argv[4]);
	return 0;
}
