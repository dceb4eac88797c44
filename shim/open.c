/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* open(2) and openat(2) under all the names that the C library has for them. */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../libipe-enlighten/raw.h"
#include "shim.h"

static bool takes_mode(int flags)
{
	return (flags & O_CREAT) || (flags & O_TMPFILE) == O_TMPFILE;
}

int ipe_shim_open(int dirfd, mode_t mode, const struct ipe_open *open)
{
	int fd = (int)ipe_raw(SYS_openat, dirfd, (long)open->path, open->flags | O_LARGEFILE, mode,
			      0, 0);

	int error = fd < 0 ? fd : ipe_shim_judge(fd, open);

	if (error == 0)
		return fd;
	if (fd >= 0)
		ipe_raw(SYS_close, fd, 0, 0, 0, 0, 0);
	return error;
}

static int with_errno(int fd)
{
	if (fd >= 0)
		return fd;
	errno = -fd;
	return -1;
}

static int open_at(int dirfd, mode_t mode, struct ipe_open open)
{
	return with_errno(ipe_shim_open(dirfd, mode, &open));
}

/* The C library ends a program that forgets the mode. */
static void need_no_mode(int flags)
{
	static const char complaint[] =
		"*** invalid open call: O_CREAT or O_TMPFILE without mode ***: terminated\n";

	if (!takes_mode(flags))
		return;
	ipe_raw(SYS_write, STDERR_FILENO, (long)complaint, sizeof(complaint) - 1, 0, 0, 0);
	abort();
}

#define READ_MODE(flags)                          \
	mode_t mode = 0;                          \
	if (takes_mode(flags)) {                  \
		va_list arguments;                \
		va_start(arguments, flags);       \
		mode = va_arg(arguments, mode_t); \
		va_end(arguments);                \
	}

#define REQUEST(path, flags) ((struct ipe_open){ path, flags, IPE_CALL_OPEN, IPE_HERE })

#define IPE_OPEN(name)                                                \
	IPE_WRAPPER(int, name, const char *path, int flags, ...)      \
	{                                                             \
		READ_MODE(flags)                                      \
		return open_at(AT_FDCWD, mode, REQUEST(path, flags)); \
	}

#define IPE_OPEN_2(name)                                           \
	IPE_WRAPPER(int, name, const char *path, int flags)        \
	{                                                          \
		need_no_mode(flags);                               \
		return open_at(AT_FDCWD, 0, REQUEST(path, flags)); \
	}

#define IPE_OPENAT(name)                                                    \
	IPE_WRAPPER(int, name, int dirfd, const char *path, int flags, ...) \
	{                                                                   \
		READ_MODE(flags)                                            \
		return open_at(dirfd, mode, REQUEST(path, flags));          \
	}

#define IPE_OPENAT_2(name)                                             \
	IPE_WRAPPER(int, name, int dirfd, const char *path, int flags) \
	{                                                              \
		need_no_mode(flags);                                   \
		return open_at(dirfd, 0, REQUEST(path, flags));        \
	}

#define IPE_FOPEN(name)
#define IPE_FREOPEN(name)
#define IPE_OTHER(name)
#define IPE_SPAWN(name)
#include "calls.def"
