/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Preloaded into ipectl: a write to IPE's files fails with the errno FAIL_WRITE, for answers that no
 * kernel at hand can be made to give.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static int is_of_ipe(int fd)
{
	static const char directory[] = "/sys/kernel/security/ipe/";
	char link[64];
	char path[256];
	ssize_t len;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	len = readlink(link, path, sizeof(path));
	return len > (ssize_t)strlen(directory) && memcmp(path, directory, strlen(directory)) == 0;
}

ssize_t write(int fd, const void *buf, size_t count)
{
	const char *error = getenv("FAIL_WRITE");

	if (error && is_of_ipe(fd)) {
		errno = atoi(error);
		return -1;
	}
	return syscall(SYS_write, fd, buf, count);
}
