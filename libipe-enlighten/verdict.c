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

/* 0 if @fd can be read from, -EBADF if it cannot, any other errno if that cannot be told. */
static int check_readable(int fd)
{
	int flags = ipe_sys_open_flags(fd);
	int mode = flags & O_ACCMODE;

	if (flags < 0)
		return flags;
	return !(flags & O_PATH) && (mode == O_RDONLY || mode == O_RDWR) ? 0 : -EBADF;
}

static bool exec_check_counts(const struct ipe_securebits *bits, enum ipe_source source)
{
	switch (source) {
	case IPE_SOURCE_STDIN:
		return bits->deny_interactive;
	case IPE_SOURCE_CONFIGURATION:
		return false;
	case IPE_SOURCE_FILE:
	case IPE_SOURCE_REGULAR_ONLY:
	default:
		return bits->restrict_file;
	}
}

static void judge_file(int fd, const struct stat *st, enum ipe_source source,
		       struct ipe_check *check)
{
	struct ipe_securebits bits;

	check->size = (uint64_t)st->st_size;
	if (!ipe_probe_mmap(fd, check))
		return;
	bits = ipe_get_securebits();
	if (exec_check_counts(&bits, source) && !ipe_probe_exec(fd, st, bits.from_kernel, check))
		return;
	ipe_allow(check);
}

/* Not an eventfd and its like, which have no type, nor what a filter left unanswered. */
static bool is_stream(mode_t mode)
{
	return S_ISFIFO(mode) || S_ISSOCK(mode) || S_ISCHR(mode) || S_ISBLK(mode);
}

/*
 * A successful mmap(2) of anything but a regular file means nothing: /dev/zero has one. A stream
 * named as a file fails AT_EXECVE_CHECK, which always answers EACCES for it.
 */
static void judge_other(const struct stat *st, enum ipe_source source, struct ipe_check *check)
{
	bool may_be_stream = source == IPE_SOURCE_STDIN ||
			     (source == IPE_SOURCE_FILE && !ipe_get_securebits().restrict_file);

	if (may_be_stream && is_stream(st->st_mode))
		ipe_judge_inline(check);
	else
		ipe_refuse(check, IPE_REASON_NOT_REGULAR);
}

/* A file that no name leads to is a stream, as a here-document is that a shell puts into a file. */
static bool is_unnamed_input(const struct stat *st, enum ipe_source source)
{
	return source == IPE_SOURCE_STDIN && S_ISREG(st->st_mode) && st->st_nlink == 0;
}

int ipe_judge(int fd, enum ipe_source source, struct stat *ret_st, struct ipe_check *ret_check)
{
	struct ipe_check check = { 0 };
	int error = ipe_sys_fstat(fd, ret_st);
	bool was_mapped;

	*ret_check = check;
	if (error < 0)
		ipe_refuse(&check, ipe_reason_of_errno(error));
	else if (S_ISREG(ret_st->st_mode))
		judge_file(fd, ret_st, source, &check);
	else
		judge_other(ret_st, source, &check);
	was_mapped = check.verdict == IPE_ALLOW && S_ISREG(ret_st->st_mode);
	if (error == 0 && check.verdict != IPE_ALLOW && is_unnamed_input(ret_st, source))
		ipe_judge_inline(&check);
	/*
	 * That a descriptor is closed, O_PATH or write-only is the caller's error, not the policy's
	 * word. EBADF or EACCES of the calls above does not tell: a filter may have said so. A file
	 * that could be mapped can be read.
	 */
	if (!was_mapped && check_readable(fd) == -EBADF)
		return -EBADF;
	*ret_check = check;
	return 0;
}

IPE_PUBLIC int ipe_check_fd(int fd, struct ipe_check *ret_check)
{
	struct stat st;

	return ret_check ? ipe_judge(fd, IPE_SOURCE_FILE, &st, ret_check) : -EINVAL;
}

IPE_PUBLIC int ipe_check_data(int fd, struct ipe_check *ret_check)
{
	struct stat st;

	return ret_check ? ipe_judge(fd, IPE_SOURCE_CONFIGURATION, &st, ret_check) : -EINVAL;
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
