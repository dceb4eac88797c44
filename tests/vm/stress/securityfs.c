/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "securityfs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define PAGE 4096

void give_up(const char *what)
{
	perror(what);
	exit(3);
}

struct policy_file read_policy(const char *directory, const char *name)
{
	struct policy_file policy;
	struct stat status;
	char path[256];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	fd = open_subject(path);
	if (fstat(fd, &status))
		give_up(path);
	policy.size = (size_t)status.st_size;
	policy.data = malloc(policy.size);
	if (!policy.data || read(fd, policy.data, policy.size) != (ssize_t)policy.size)
		give_up(path);
	close(fd);
	return policy;
}

static int ipe_open(int flags, const char *path, va_list args)
{
	char whole[512] = IPE;
	int fd;

	vsnprintf(whole + strlen(IPE), sizeof(whole) - strlen(IPE), path, args);
	fd = open(whole, flags | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

int ipe_write(const void *data, size_t size, const char *path, ...)
{
	va_list args;
	int fd, error;

	va_start(args, path);
	fd = ipe_open(O_WRONLY, path, args);
	va_end(args);
	if (fd < 0)
		return fd;
	error = write(fd, data, size) == (ssize_t)size ? 0 : -errno;
	close(fd);
	return error;
}

int ipe_load(const struct policy_file *policy)
{
	return ipe_write(policy->data, policy->size, "new_policy");
}

int ipe_update(const char *name, const struct policy_file *policy)
{
	return ipe_write(policy->data, policy->size, "policies/%s/update", name);
}

int ipe_activate(const char *name)
{
	return ipe_write("1", 1, "policies/%s/active", name);
}

int ipe_delete(const char *name)
{
	return ipe_write("1", 1, "policies/%s/delete", name);
}

int ipe_enforce(bool enforce)
{
	return ipe_write(enforce ? "1" : "0", 1, "enforce");
}

int ipe_read(char *text, size_t size, const char *path, ...)
{
	va_list args;
	ssize_t got;
	int fd;

	va_start(args, path);
	fd = ipe_open(O_RDONLY, path, args);
	va_end(args);
	if (fd < 0)
		return fd;
	got = read(fd, text, size - 1);
	if (got < 0)
		got = -errno;
	close(fd);
	text[got < 0 ? 0 : got] = '\0';
	text[strcspn(text, "\n")] = '\0';
	return (int)got;
}

int map_executable(int fd, enum way way)
{
	int flags = fd < 0 ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_PRIVATE;
	int first = way == WAY_MMAP ? PROT_READ | PROT_EXEC : PROT_READ;
	void *at = mmap(NULL, PAGE, first, flags, fd, 0);
	int error = 0;

	if (at == MAP_FAILED)
		return -errno;
	if (way == WAY_MPROTECT && mprotect(at, PAGE, PROT_READ | PROT_EXEC))
		error = -errno;
	munmap(at, PAGE);
	return error;
}

int open_subject(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		give_up(path);
	return fd;
}
