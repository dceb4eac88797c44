// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * In a guest whose clock counts instructions: what the kernel's IPE costs under policies of some
 * numbers of digest rules, the last of which is for FILE. Prints a figure as a test point each.
 *
 * usage: measure FILE DIRECTORY DIGESTS... where DIRECTORY/DIGESTS is a signed policy benchDIGESTS
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <x86intrin.h>

#define IPE	     "/sys/kernel/security/ipe/"
#define WINDOWS	     2001
#define MAPPED_BYTES 4096

static unsigned int points;

static void give_up(const char *what)
{
	printf("Bail out! %s: %s\n", what, strerror(errno));
	exit(3);
}

static void report(const char *name, const char *digests, int64_t value)
{
	printf("ok %u - %s-%s %lld\n", ++points, name, digests, (long long)value);
}

static void write_once(const char *path, const void *data, size_t size)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		give_up(path);
	close(fd);
}

static void *read_whole(const char *path, size_t *ret_size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat status;
	char *data;
	size_t got;

	if (fd < 0 || fstat(fd, &status))
		give_up(path);
	data = malloc((size_t)status.st_size + 1);
	for (got = 0; data && got < (size_t)status.st_size;) {
		ssize_t part = read(fd, data + got, (size_t)status.st_size - got);

		if (part <= 0)
			give_up(path);
		got += (size_t)part;
	}
	close(fd);
	*ret_size = got;
	return data;
}

static int64_t field_of_meminfo(const char *text, const char *field)
{
	const char *line = strstr(text, field);

	if (!line)
		give_up(field);
	return strtoll(line + strlen(field), NULL, 10) * 1024;
}

/* What the kernel has allocated for itself, after it gave up what it only caches. */
static int64_t kernel_bytes(void)
{
	static char text[16384];
	int fd;
	ssize_t size;

	sync();
	write_once("/proc/sys/vm/drop_caches", "3", 1);
	sleep(1);
	fd = open("/proc/meminfo", O_RDONLY | O_CLOEXEC);
	size = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	if (size <= 0)
		give_up("/proc/meminfo");
	close(fd);
	text[size] = '\0';
	return field_of_meminfo(text, "\nSlab:") + field_of_meminfo(text, "\nVmallocUsed:");
}

static int64_t instructions(void)
{
	return (int64_t)__rdtsc();
}

static int compare(const void *a, const void *b)
{
	int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;

	return (left > right) - (left < right);
}

/* Instructions of one mapping and its end; the timer's interrupts fall out of the median. */
static int64_t map_once(int fd)
{
	static int64_t counts[WINDOWS];
	unsigned int i;

	for (i = 0; i < WINDOWS; i++) {
		int64_t start = instructions();
		void *at = mmap(NULL, MAPPED_BYTES, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0);

		if (at == MAP_FAILED || munmap(at, MAPPED_BYTES))
			give_up("the file is not allowed");
		counts[i] = instructions() - start;
	}
	qsort(counts, WINDOWS, sizeof(counts[0]), compare);
	return counts[WINDOWS / 2];
}

static void activate(const char *digests)
{
	char path[128];

	snprintf(path, sizeof(path), IPE "policies/bench%s/active", digests);
	write_once(path, "1", 1);
}

/* Without the signed file itself, which the kernel keeps to show it. */
static void load(const char *directory, const char *digests)
{
	char path[128];
	size_t size;
	int64_t before, start;
	void *policy;

	snprintf(path, sizeof(path), "%s/%s", directory, digests);
	policy = read_whole(path, &size);
	before = kernel_bytes();
	start = instructions();
	write_once(IPE "new_policy", policy, size);
	report("load", digests, instructions() - start);
	report("bytes", digests, kernel_bytes() - before - (int64_t)size);
	free(policy);
}

int main(int argc, char **argv)
{
	int fd = argc > 3 ? open(argv[1], O_RDONLY | O_CLOEXEC) : -1;
	int i;

	if (fd < 0)
		give_up("usage: measure FILE DIRECTORY DIGESTS...");
	report("map", "none", map_once(fd));
	for (i = 3; i < argc; i++) {
		load(argv[2], argv[i]);
		activate(argv[i]);
		report("map", argv[i], map_once(fd));
	}
	/* The first one, which allows everything, so that the guest can go on; and is it the same? */
	activate(argv[3]);
	report("map-again", argv[3], map_once(fd));
	printf("1..%u\n", points);
	return 0;
}
