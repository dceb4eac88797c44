/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "root.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

int open_in_root(int root, const char *path, int flags)
{
	const struct open_how how = { .flags = (unsigned int)(flags | O_CLOEXEC),
				      .resolve = RESOLVE_IN_ROOT };
	int fd;

	if (root == AT_FDCWD)
		fd = open(path, flags | O_CLOEXEC);
	else
		fd = (int)syscall(SYS_openat2, root, path, &how, sizeof(how));
	return fd < 0 ? -errno : fd;
}
