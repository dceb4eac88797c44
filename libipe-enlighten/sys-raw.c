/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The system calls without the C library: LD_PRELOAD can put any trusted library's functions in front
 * of it, and some of those lie about a file's type (fakeroot) or end up in the shim.
 */
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>

#include "raw.h"
#include "sys.h"

/* Linux 6.14, include/uapi/linux/fcntl.h; Debian 12's headers are older. */
#ifndef AT_EXECVE_CHECK
#define AT_EXECVE_CHECK 0x10000
#endif

int ipe_sys_open(int dirfd, const char *path, int flags)
{
	return (int)ipe_raw(SYS_openat, dirfd, (long)path, flags, 0, 0, 0);
}

int ipe_sys_close(int fd)
{
	return (int)ipe_raw(SYS_close, fd, 0, 0, 0, 0, 0);
}

int ipe_sys_fstat(int fd, struct stat *ret_st)
{
	/* A seccomp filter can answer 0 and fill in nothing. */
	*ret_st = (struct stat){ 0 };
	return (int)ipe_raw(SYS_fstat, fd, (long)ret_st, 0, 0, 0, 0);
}

int ipe_sys_open_flags(int fd)
{
	return (int)ipe_raw(SYS_fcntl, fd, F_GETFL, 0, 0, 0, 0);
}

static int statfs_of(int fd, struct statfs *ret_st)
{
	*ret_st = (struct statfs){ 0 };
	return (int)ipe_raw(SYS_fstatfs, fd, (long)ret_st, 0, 0, 0, 0);
}

int ipe_sys_mount_is_noexec(int fd, bool *ret_noexec)
{
	struct statfs st;
	int ret = statfs_of(fd, &st);

	if (ret == 0)
		*ret_noexec = st.f_flags & ST_NOEXEC || ipe_is_kernel_data(st.f_type);
	return ret;
}

int ipe_sys_is_overlay(int fd, bool *ret_overlay)
{
	struct statfs st;
	int ret = statfs_of(fd, &st);

	if (ret == 0)
		*ret_overlay = st.f_type == OVERLAYFS_SUPER_MAGIC;
	return ret;
}

ssize_t ipe_sys_pread(int fd, void *buf, size_t len, off_t offset)
{
	return ipe_raw(SYS_pread64, fd, (long)buf, (long)len, offset, 0, 0);
}

int ipe_sys_securebits(void)
{
	return (int)ipe_raw(SYS_prctl, PR_GET_SECUREBITS, 0, 0, 0, 0, 0);
}

int ipe_sys_map_executable(int fd, void **ret_address)
{
	int flags = fd == -1 ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_PRIVATE;
	long address = ipe_raw(SYS_mmap, 0, 1, PROT_READ | PROT_EXEC, flags, fd, 0);

	/* The last page has no addresses, but the errors. */
	if (address < 0 && address >= -4095)
		return (int)address;
	*ret_address = (void *)address;
	return 0;
}

int ipe_sys_unmap(void *address)
{
	return (int)ipe_raw(SYS_munmap, (long)address, 1, 0, 0, 0, 0);
}

int ipe_sys_exec_check(int fd)
{
	/* The kernel warns of an empty argv (commit dcd46d897adb). */
	static const char *const argv[] = { "", NULL };
	static const char *const envp[] = { NULL };

	return (int)ipe_raw(SYS_execveat, fd, (long)"", (long)argv, (long)envp,
			    AT_EMPTY_PATH | AT_EXECVE_CHECK, 0);
}
