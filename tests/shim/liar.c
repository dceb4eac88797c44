/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A library that the kernel trusts and that lies, as fakeroot's does about the type of a file: what it
 * says must not come between the gate and the kernel.
 */
#include <stdarg.h>
#include <stddef.h>
#include <sys/types.h>

int fstat(int fd, void *st);
int fstat64(int fd, void *st);
int fstatfs64(int fd, void *st);
int fcntl64(int fd, int command, ...);
int prctl(int option, ...);
void *mmap64(void *address, size_t len, int protection, int flags, int fd, off_t offset);
int munmap(void *address, size_t len);

static char page[4096];

/* A character device, whose code has no file. */
static int lie(unsigned int *mode)
{
	*mode = 0020666;
	return 0;
}

int fstat(int fd, void *st)
{
	(void)fd;
	return lie((unsigned int *)st + 6);
}

int fstat64(int fd, void *st)
{
	return fstat(fd, st);
}

int fstatfs64(int fd, void *st)
{
	(void)fd;
	(void)st;
	return 0;
}

int prctl(int option, ...)
{
	(void)option;
	return 0;
}

void *mmap64(void *address, size_t len, int protection, int flags, int fd, off_t offset)
{
	(void)address;
	(void)len;
	(void)protection;
	(void)flags;
	(void)fd;
	(void)offset;
	return page;
}

int munmap(void *address, size_t len)
{
	(void)address;
	(void)len;
	return 0;
}
