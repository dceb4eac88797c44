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
#include <unistd.h>

#define PAGE  4096
#define CHUNK (1 << 20)
#define SCANS 10

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

/* A last page that is not full is left alone. */
static int differing_pages(const char *original, const char *content, size_t size)
{
	int pages = 0;

	for (size_t at = 0; at + PAGE <= size; at += PAGE)
		pages += memcmp(original + at, content + at, PAGE) != 0;
	return pages;
}

/* Returns whether it is one of the original's pages, and no longer. */
static bool exchange(char *page, const char *original, const char *content, size_t size)
{
	for (size_t at = 0; at + PAGE <= size; at += PAGE)
		if (memcmp(page, original + at, PAGE) == 0 &&
		    memcmp(page, content + at, PAGE) != 0) {
			memcpy(page, content + at, PAGE);
			return true;
		}
	return false;
}

/* Returns how many pages were found and exchanged. */
static int scan(int device, char *chunk, const char *original, const char *content, size_t size)
{
	int found = 0;

	for (off_t at = 0; pread(device, chunk, CHUNK, at) == CHUNK; at += CHUNK)
		for (size_t page = at ? 0 : PAGE; page < CHUNK; page += PAGE)
			if (exchange(chunk + page, original, content, size)) {
				if (pwrite(device, chunk + page, PAGE, at + (off_t)page) != PAGE)
					failed("write");
				found++;
			}
	return found;
}

/* A page may be on its way to the device yet. */
static void replace(int device, char *chunk, const char *original, const char *content, size_t size)
{
	int missing = differing_pages(original, content, size);

	for (int scans = 0; missing > 0 && scans < SCANS; scans++)
		missing -= scan(device, chunk, original, content, size);
	if (missing > 0) {
		fputs("not every page is on the swap device\n", stderr);
		exit(1);
	}
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

static void say(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		failed(path);
	close(fd);
}

/* What is on the device and still in memory is not read again. Before the kernel kills for memory
 * it gives up every page that it can read again, unless a processor has not yet put it on a list. */
static void press_out(char *map, size_t size)
{
	say("/proc/sys/vm/drop_caches", "1");
	say("/proc/self/oom_score_adj", "1000");
	while (is_in_memory(map, size))
		if (mmap(NULL, CHUNK, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE | MAP_LOCKED, -1,
			 0) == MAP_FAILED)
			failed("press out");
}

int main(int argc, char **argv)
{
	size_t size, content_size;
	char *map, *content, *original, *chunk = aligned_alloc(PAGE, CHUNK);
	int device;

	if (argc != 4) {
		fputs("usage: holes-swapped VICTIM CONTENT SWAP-DEVICE\n", stderr);
		return 2;
	}
	map = contents(argv[1], &size);
	content = contents(argv[2], &content_size);
	device = open(argv[3], O_RDWR | O_DIRECT);
	original = malloc(size);
	if (!chunk || !original || size != content_size || device < 0)
		failed("open");
	memcpy(original, map, size);
	scan(device, chunk, original, content, size); /* what an earlier swap left there */
	push_out(map, size);
	replace(device, chunk, original, content, size);
	press_out(map, size);
	return 0;
}
