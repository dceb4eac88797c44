/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Every system call of the library. They return a negative errno instead of setting errno, and the
 * unit tests link their own in place of sys.c.
 */
#ifndef IPE_SYS_H
#define IPE_SYS_H

#include <linux/magic.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>
#include <sys/types.h>

/* Of the kernel's own data, where nothing is ever executed: Linux, users of SB_I_NOEXEC. */
static inline bool ipe_is_kernel_data(long type)
{
	return type == PROC_SUPER_MAGIC || type == SYSFS_MAGIC || type == CGROUP_SUPER_MAGIC ||
	       type == CGROUP2_SUPER_MAGIC;
}

int ipe_sys_open(int dirfd, const char *path, int flags);
int ipe_sys_close(int fd);
int ipe_sys_fstat(int fd, struct stat *ret_st);
int ipe_sys_open_flags(int fd);
/* Whether nothing can be executed there: mounted noexec, or of the kernel's own data. */
int ipe_sys_mount_is_noexec(int fd, bool *ret_noexec);
int ipe_sys_is_overlay(int fd, bool *ret_overlay);
ssize_t ipe_sys_pread(int fd, void *buf, size_t len, off_t offset);
int ipe_sys_securebits(void);

/* Maps one byte of @fd, or of anonymous memory if @fd is -1, readable and executable. */
int ipe_sys_map_executable(int fd, void **ret_address);
int ipe_sys_unmap(void *address);

/* execveat(2) with AT_EMPTY_PATH | AT_EXECVE_CHECK */
int ipe_sys_exec_check(int fd);

#endif
