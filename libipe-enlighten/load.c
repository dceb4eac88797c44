/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <string.h>

#include "internal.h"
#include "sys.h"

static ssize_t read_at(int fd, void *buf, size_t len, off_t offset)
{
	ssize_t got;

	do
		got = ipe_sys_pread(fd, buf, len, offset);
	while (got == -EINTR);
	return got;
}

static bool same_time(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

static bool unchanged(int fd, const struct stat *before)
{
	struct stat now;

	return ipe_sys_fstat(fd, &now) == 0 && now.st_size == before->st_size &&
	       same_time(&now.st_mtim, &before->st_mtim) &&
	       same_time(&now.st_ctim, &before->st_ctim);
}

/* IPE_REASON_ALLOWED if @buf now holds the @size bytes that the file had when it was judged. */
static enum ipe_reason read_whole(int fd, const struct stat *st, char *buf, size_t size)
{
	char beyond;
	size_t done = 0;
	ssize_t got;

	while (done < size) {
		got = read_at(fd, buf + done, size - done, (off_t)done);
		if (got < 0)
			return IPE_REASON_READ_ERROR;
		if (got == 0)
			return IPE_REASON_CHANGED;
		done += (size_t)got;
	}
	got = read_at(fd, &beyond, 1, (off_t)size);
	if (got < 0)
		return IPE_REASON_READ_ERROR;
	return got == 0 && unchanged(fd, st) ? IPE_REASON_ALLOWED : IPE_REASON_CHANGED;
}

/*
 * Reads of a file opened below an overlay turn to the upper layer when the file is copied up, so
 * that what was read need not be what was judged before. A second verdict catches that: IPE judges
 * the layer that is in use.
 */
static bool may_have_been_copied_up(int fd)
{
	bool overlay = true;

	return ipe_sys_is_overlay(fd, &overlay) < 0 || overlay;
}

int ipe_load_code(int fd, enum ipe_source source, void *buf, size_t size, size_t *ret_len,
		  struct ipe_check *ret_check)
{
	enum ipe_reason reason;
	struct stat st;
	int error;

	*ret_len = 0;
	error = ipe_judge(fd, source, &st, ret_check);
	if (error < 0 || ret_check->verdict != IPE_ALLOW)
		return error;
	if (ret_check->size > size) {
		ipe_refuse(ret_check, IPE_REASON_TOO_LARGE);
		return 0;
	}
	size = (size_t)ret_check->size;
	reason = read_whole(fd, &st, buf, size);
	if (reason != IPE_REASON_ALLOWED)
		ipe_refuse(ret_check, reason);
	else if (may_have_been_copied_up(fd))
		error = ipe_judge(fd, source, &st, ret_check);
	if (error == 0 && ret_check->verdict == IPE_ALLOW)
		*ret_len = size;
	else
		memset(buf, 0, size);
	return error;
}

IPE_PUBLIC int ipe_load_fd(int fd, void *buf, size_t size, size_t *ret_len,
			   struct ipe_check *ret_check)
{
	if (!buf || !ret_len || !ret_check)
		return -EINVAL;
	return ipe_load_code(fd, IPE_SOURCE_REGULAR_ONLY, buf, size, ret_len, ret_check);
}

IPE_PUBLIC int ipe_load_data(int fd, void *buf, size_t size, size_t *ret_len,
			     struct ipe_check *ret_check)
{
	if (!buf || !ret_len || !ret_check)
		return -EINVAL;
	return ipe_load_code(fd, IPE_SOURCE_CONFIGURATION, buf, size, ret_len, ret_check);
}
