/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Opens what was asked for, with the caller's credentials, and judges what was opened. */
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "supervisor.h"

#define SMALL_FILE_MAX 0x7fffffff
#define TMPFILE_BIT    (O_TMPFILE & ~O_DIRECTORY)
/* Whoever is interrupted more often than that without having been meant is told so. */
#define RETRY_MAX 16

int open_file(struct request *request, int dir, const char *name, const struct open_how *how)
{
	struct open_how own = *how;

	own.flags |= O_CLOEXEC;
	/* A terminal that is opened here would become the supervisor's own, were it to have none. */
	if (!(own.flags & O_PATH))
		own.flags |= O_NOCTTY;
	for (int i = 0; i < RETRY_MAX; i++) {
		long fd = syscall(SYS_openat2, dir, name, &own, sizeof(own));
		int interruption;

		if (fd >= 0)
			return (int)fd;
		if (errno != EINTR)
			return -errno;
		interruption = atomic_load(&request->worker->interruption);
		if (interruption != 0)
			return interruption;
	}
	return -EINTR;
}

int open_resolving(struct request *request, uint64_t resolve, uint64_t flags)
{
	struct open_how how = request->how;

	how.resolve |= resolve;
	if (flags)
		how = (struct open_how){ .flags = flags, .resolve = how.resolve };
	return open_file(request, request->start >= 0 ? request->start : AT_FDCWD, request->path,
			 &how);
}

static bool is_on_proc(int fd)
{
	struct statfs fs;

	return fstatfs(fd, &fs) < 0 || fs.f_type == PROC_SUPER_MAGIC;
}

/* With a RESOLVE_ flag that no walk can be made with, through a link of /proc. */
static int refuse_resolving(struct request *request, int fd)
{
	if (fd == -ELOOP) {
		fd = open_resolving(request, 0, O_PATH);
		if (fd == -ELOOP)
			return fd;
	}
	if (fd >= 0)
		close(fd);
	request->limit =
		"openat2(2) with RESOLVE_ flags cannot be supervised through links of /proc";
	return -ENOSYS;
}

/*
 * What follows no symbolic link cannot depend on who asks, nor can what follows some and ends
 * outside of /proc without a magic link. The rest is walked step by step.
 */
static int open_path(struct request *request)
{
	const uint64_t resolve = request->how.resolve;
	const uint64_t scoped = RESOLVE_BENEATH | RESOLVE_IN_ROOT;
	int fd = open_resolving(request, RESOLVE_NO_SYMLINKS, 0);

	if (fd != -ELOOP || (resolve & RESOLVE_NO_SYMLINKS))
		return fd;
	/* The kernel follows no magic link within a scope. */
	fd = open_resolving(request, resolve & scoped ? 0 : RESOLVE_NO_MAGICLINKS, 0);
	if ((fd >= 0 && !is_on_proc(fd)) || fd == -EINTR ||
	    fd == atomic_load(&request->worker->interruption))
		return fd;
	if (resolve & (scoped | RESOLVE_NO_XDEV))
		return fd >= 0 || fd == -ELOOP ? refuse_resolving(request, fd) : fd;
	if (fd >= 0)
		close(fd);
	return walk(request);
}

/* What this call itself makes has nothing in it yet, and nobody else has it. */
static bool is_new(const struct request *request)
{
	const uint64_t exclusive = O_CREAT | O_EXCL;

	return (request->how.flags & TMPFILE_BIT) || (request->how.flags & exclusive) == exclusive;
}

static void judge(struct request *request)
{
	struct stat st;

	if (is_new(request) || fstat(request->fd, &st) < 0)
		return;
	if (S_ISREG(st.st_mode) && !request->large_file && st.st_size > SMALL_FILE_MAX) {
		close(request->fd);
		request->fd = -EOVERFLOW;
		return;
	}
	/* A directory holds no code, nor does /dev/null. */
	if (S_ISDIR(st.st_mode) || (S_ISCHR(st.st_mode) && st.st_rdev == makedev(1, 3)))
		return;
	/* An error says that it is not open for reading. */
	request->judged = ipe_check_fd(request->fd, &request->check) == 0;
}

void open_here(struct request *request)
{
	const char *mask = status_line(request->status, "Umask:");

	if (request->how.flags & (O_CREAT | TMPFILE_BIT))
		umask(mask ? (mode_t)strtoul(mask, NULL, 8) : 077);
	request->fd = replace_special(request, open_path(request));
	if (request->fd >= 0)
		judge(request);
}
