/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>

#include "internal.h"
#include "sys.h"

void ipe_refuse(struct ipe_check *check, enum ipe_reason reason)
{
	check->verdict = IPE_DENY;
	check->reason = reason;
}

enum ipe_reason ipe_reason_of_errno(int error)
{
	switch (-error) {
	case ENOMEM:
	case EAGAIN:
	case EMFILE:
	case ENFILE:
		return IPE_REASON_RESOURCE;
	default:
		return IPE_REASON_UNKNOWN;
	}
}

void ipe_allow(struct ipe_check *check)
{
	check->verdict = IPE_ALLOW;
	check->reason = IPE_REASON_ALLOWED;
}

static bool open_for_reading(int fd)
{
	int flags = ipe_sys_open_flags(fd);

	return flags >= 0 && !(flags & O_PATH) && (flags & O_ACCMODE) != O_WRONLY;
}

static int judge_file(int fd, const struct stat *st, bool is_stdin, struct ipe_check *check)
{
	struct ipe_securebits bits;

	check->size = (uint64_t)st->st_size;
	if (!ipe_probe_mmap(fd, check)) {
		if (check->mmap_probe == -EBADF)
			return -EBADF;
		/* mmap(2) also answers EACCES for a write-only descriptor: the caller's error. */
		if (check->mmap_probe == -EACCES && !open_for_reading(fd))
			return -EBADF;
		return 0;
	}
	bits = ipe_get_securebits();
	if (is_stdin ? bits.deny_interactive : bits.restrict_file)
		if (!ipe_probe_exec(fd, st, bits.from_kernel, check))
			return 0;
	ipe_allow(check);
	return 0;
}

/* A successful mmap(2) of anything but a regular file means nothing: /dev/zero has one. */
static int judge_other(int fd, const struct stat *st, bool accept_stream, struct ipe_check *check)
{
	if (!open_for_reading(fd))
		return -EBADF;
	if (accept_stream && !S_ISDIR(st->st_mode))
		ipe_judge_inline(check);
	else
		ipe_refuse(check, IPE_REASON_NOT_REGULAR);
	return 0;
}

int ipe_judge(int fd, enum ipe_source source, struct stat *ret_st, struct ipe_check *ret_check)
{
	struct ipe_check check = { 0 };
	int error = ipe_sys_fstat(fd, ret_st);

	*ret_check = check;
	if (error == -EBADF)
		return error;
	if (error < 0)
		ipe_refuse(&check, ipe_reason_of_errno(error));
	else if (S_ISREG(ret_st->st_mode))
		error = judge_file(fd, ret_st, source == IPE_SOURCE_STDIN, &check);
	else
		error = judge_other(fd, ret_st, source != IPE_SOURCE_REGULAR_ONLY, &check);
	if (error == -EBADF)
		return error;
	*ret_check = check;
	return 0;
}

IPE_PUBLIC int ipe_check_fd(int fd, struct ipe_check *ret_check)
{
	struct stat st;

	return ret_check ? ipe_judge(fd, IPE_SOURCE_FILE, &st, ret_check) : -EINVAL;
}

IPE_PUBLIC int ipe_check_stdin(int fd, struct ipe_check *ret_check)
{
	struct stat st;

	return ret_check ? ipe_judge(fd, IPE_SOURCE_STDIN, &st, ret_check) : -EINVAL;
}

IPE_PUBLIC int ipe_open_code(int dirfd, const char *path, struct ipe_check *ret_check)
{
	struct ipe_check check = { 0 };
	struct stat st;
	int fd = ipe_sys_open(dirfd, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	int error = fd < 0 ? fd : ipe_judge(fd, IPE_SOURCE_REGULAR_ONLY, &st, &check);

	if (ret_check)
		*ret_check = check;
	if (error == 0 && check.verdict == IPE_ALLOW)
		return fd;
	if (fd >= 0)
		ipe_sys_close(fd);
	return error < 0 ? error : -EACCES;
}
