/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>

#include "internal.h"
#include "sys.h"

static bool passed(int *answer)
{
	*answer = IPE_PASSED;
	return true;
}

static bool refused(int *answer, int error, struct ipe_check *check, enum ipe_reason reason)
{
	*answer = error;
	ipe_refuse(check, reason);
	return false;
}

static enum ipe_reason mmap_refusal(int fd, int error)
{
	bool noexec = false;

	switch (-error) {
	case EACCES:
		return fd == -1 ? IPE_REASON_ANONYMOUS : IPE_REASON_POLICY;
	case EPERM:
		if (fd == -1)
			return IPE_REASON_ANONYMOUS;
		if (ipe_sys_mount_is_noexec(fd, &noexec) < 0)
			noexec = false;
		return noexec ? IPE_REASON_NOEXEC_MOUNT : IPE_REASON_POLICY;
	case ENODEV:
		return IPE_REASON_UNMAPPABLE;
	default:
		return ipe_reason_of_errno(error);
	}
}

bool ipe_probe_mmap(int fd, struct ipe_check *check)
{
	void *address = NULL;
	int error = ipe_sys_map_executable(fd, &address);

	if (error < 0)
		return refused(&check->mmap_probe, error, check, mmap_refusal(fd, error));
	/*
	 * No mapping is ever placed at 0 unasked: a seccomp filter with SECCOMP_RET_ERRNO and errno 0
	 * answered in the kernel's stead.
	 */
	if (!address)
		return refused(&check->mmap_probe, -EFAULT, check, IPE_REASON_UNKNOWN);
	error = ipe_sys_unmap(address);
	if (error < 0)
		return refused(&check->mmap_probe, error, check, ipe_reason_of_errno(error));
	return passed(&check->mmap_probe);
}

bool ipe_exec_check_known(void)
{
	/* Unknown flags are refused before the descriptor is looked at. */
	return ipe_sys_exec_check(-1) == -EBADF;
}

static enum ipe_reason exec_refusal(const struct stat *st, int error)
{
	switch (-error) {
	case EACCES:
		return st->st_mode & 0111 ? IPE_REASON_POLICY : IPE_REASON_NO_EXECUTE_BIT;
	case EPERM:
		return IPE_REASON_POLICY;
	case ETXTBSY:
		return IPE_REASON_OPEN_FOR_WRITING;
	default:
		return ipe_reason_of_errno(error);
	}
}

bool ipe_probe_exec(int fd, const struct stat *st, bool kernel_must_know, struct ipe_check *check)
{
	int error = ipe_sys_exec_check(fd);
	bool unknown_flag = error == -EINVAL || error == -ENOSYS;

	if (error == 0)
		return passed(&check->exec_probe);
	/* A kernel that has the securebits has the check: that it has not is a filter's claim. */
	if (unknown_flag && !kernel_must_know && !ipe_exec_check_known())
		return true;
	return refused(&check->exec_probe, error, check, exec_refusal(st, error));
}
