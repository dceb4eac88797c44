/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Opens that do not go through open(2) or fopen(3). */
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdarg.h>
#include <sys/syscall.h>

#include "../libipe-enlighten/raw.h"
#include "shim.h"

struct file_handle;

static long with_errno(long ret)
{
	if (ret >= 0 || ret < -4095)
		return ret;
	errno = (int)-ret;
	return -1;
}

static long open_how(int dirfd, const struct open_how *how, size_t size, struct ipe_open open)
{
	int fd = (int)ipe_raw(SYS_openat2, dirfd, (long)open.path, (long)how, (long)size, 0, 0);
	int error;

	if (fd < 0)
		return fd;
	open.flags = (int)how->flags;
	error = ipe_shim_judge(fd, &open);
	if (error == 0)
		return fd;
	ipe_raw(SYS_close, fd, 0, 0, 0, 0, 0);
	return error;
}

IPE_WRAPPER(int, openat2, int dirfd, const char *path, const struct open_how *how, size_t size)
{
	struct ipe_open open = { path, 0, IPE_CALL_OPEN, IPE_HERE };

	return (int)with_errno(open_how(dirfd, how, size, open));
}

/* Ways to open files that are not seen here. EPERM is what the kernel says of them unprivileged. */
static long refuse(const char *what)
{
	ipe_shim_report_other(what, "unseen-opens",
			      "It would open files that this check does not see.");
	return -EPERM;
}

IPE_WRAPPER(int, open_by_handle_at, int mount_fd, struct file_handle *handle, int flags)
{
	(void)mount_fd;
	(void)handle;
	(void)flags;
	return (int)with_errno(refuse("open_by_handle_at(2)"));
}

static long filter(long nr, const long *argument, const void *caller, const void *stack)
{
	struct ipe_open open = { NULL, 0, IPE_CALL_OPEN, caller, stack };

	switch (nr) {
#ifdef SYS_open
	case SYS_open:
		open.path = (const char *)argument[0];
		open.flags = (int)argument[1];
		return ipe_shim_open(AT_FDCWD, (mode_t)argument[2], &open);
#endif
	case SYS_openat:
		open.path = (const char *)argument[1];
		open.flags = (int)argument[2];
		return ipe_shim_open((int)argument[0], (mode_t)argument[3], &open);
	case SYS_openat2:
		open.path = (const char *)argument[1];
		return open_how((int)argument[0], (const struct open_how *)argument[2],
				(size_t)argument[3], open);
	case SYS_open_by_handle_at:
		return refuse("open_by_handle_at(2)");
	case SYS_execve:
		return ipe_shim_execute(AT_FDCWD, (const char *)argument[0],
					(char *const *)argument[1], (char *const *)argument[2], 0);
	case SYS_execveat:
		return ipe_shim_execute((int)argument[0], (const char *)argument[1],
					(char *const *)argument[2], (char *const *)argument[3],
					(int)argument[4]);
	case SYS_io_uring_setup:
		/* libuv asks for it as it starts, and does without. */
		return ipe_shim_has_adapter(caller) ? -ENOSYS : refuse("io_uring_setup(2)");
	default:
		return ipe_raw(nr, argument[0], argument[1], argument[2], argument[3], argument[4],
			       argument[5]);
	}
}

IPE_WRAPPER(long, syscall, long nr, ...)
{
	long argument[6];
	va_list arguments;

	va_start(arguments, nr);
	for (size_t i = 0; i < sizeof(argument) / sizeof(argument[0]); i++)
		argument[i] = va_arg(arguments, long);
	va_end(arguments);
	return with_errno(filter(nr, argument, IPE_HERE));
}
