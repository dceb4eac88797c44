/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sys.h"

/* Linux 6.14, include/uapi/linux/fcntl.h; Debian 12's headers are older. */
#ifndef AT_EXECVE_CHECK
#define AT_EXECVE_CHECK 0x10000
#endif

static int result(long ret, int saved)
{
	int error = errno;

	if (ret >= 0)
		return (int)ret;
	errno = saved;
	return -error;
}

int ipe_sys_open(int dirfd, const char *path, int flags)
{
	int saved = errno;

	return result(openat(dirfd, path, flags), saved);
}

int ipe_sys_close(int fd)
{
	int saved = errno;

	return result(close(fd), saved);
}

int ipe_sys_fstat(int fd, struct stat *ret_st)
{
	int saved = errno;

	/* A seccomp filter can answer 0 and fill in nothing. */
	*ret_st = (struct stat){ 0 };
	return result(fstat(fd, ret_st), saved);
}

int ipe_sys_open_flags(int fd)
{
	int saved = errno;

	return result(fcntl(fd, F_GETFL), saved);
}

int ipe_sys_mount_is_noexec(int fd, bool *ret_noexec)
{
	struct statfs st;
	int saved = errno;
	int ret = result(fstatfs(fd, &st), saved);

	if (ret == 0)
		*ret_noexec = st.f_flags & ST_NOEXEC || ipe_is_kernel_data(st.f_type);
	return ret;
}

int ipe_sys_is_overlay(int fd, bool *ret_overlay)
{
	struct statfs st;
	int saved = errno;
	int ret = result(fstatfs(fd, &st), saved);

	if (ret == 0)
		*ret_overlay = st.f_type == OVERLAYFS_SUPER_MAGIC;
	return ret;
}

ssize_t ipe_sys_pread(int fd, void *buf, size_t len, off_t offset)
{
	int saved = errno;
	ssize_t ret = pread(fd, buf, len, offset);

	return ret >= 0 ? ret : result(ret, saved);
}

int ipe_sys_securebits(void)
{
	int saved = errno;

	return result(prctl(PR_GET_SECUREBITS), saved);
}

int ipe_sys_map_executable(int fd, void **ret_address)
{
	int saved = errno;
	int flags = fd == -1 ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_PRIVATE;
	void *address = mmap(NULL, 1, PROT_READ | PROT_EXEC, flags, fd, 0);

	if (address == MAP_FAILED)
		return result(-1, saved);
	*ret_address = address;
	return 0;
}

int ipe_sys_unmap(void *address)
{
	int saved = errno;

	return result(munmap(address, 1), saved);
}

int ipe_sys_exec_check(int fd)
{
	/* The kernel warns of an empty argv (commit dcd46d897adb). */
	static const char *const argv[] = { "", NULL };
	static const char *const envp[] = { NULL };
	int saved = errno;

	return result(syscall(SYS_execveat, fd, "", argv, envp, AT_EMPTY_PATH | AT_EXECVE_CHECK),
		      saved);
}
