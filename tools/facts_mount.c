/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <libmount.h>
#include <sys/statvfs.h>

#include "facts.h"

static int mount_id(int fd, int *ret)
{
	struct statx stx;

	if (statx(fd, "", AT_EMPTY_PATH, STATX_MNT_ID, &stx) < 0)
		return -errno;
	if (!(stx.stx_mask & STATX_MNT_ID))
		return -EOPNOTSUPP;
	*ret = (int)stx.stx_mnt_id;
	return 0;
}

static struct libmnt_fs *find_by_id(struct libmnt_table *table, int id)
{
	struct libmnt_iter *iter = mnt_new_iter(MNT_ITER_FORWARD);
	struct libmnt_fs *fs = NULL;
	struct libmnt_fs *found = NULL;

	while (iter && !found && mnt_table_next_fs(table, iter, &fs) == 0)
		if (mnt_fs_get_id(fs) == id)
			found = fs;
	mnt_free_iter(iter);
	return found;
}

static int find_mount(int fd, struct mount_facts *ret)
{
	int id = -1;
	int error = mount_id(fd, &id);

	if (error < 0)
		return error;
	ret->table = mnt_new_table_from_file("/proc/self/mountinfo");
	if (!ret->table)
		return errno ? -errno : -ENOMEM;
	ret->fs = find_by_id(ret->table, id);
	return ret->fs ? 0 : -ENOENT;
}

void collect_mount(int fd, struct mount_facts *ret)
{
	struct statvfs st;

	*ret = (struct mount_facts){ 0 };
	ret->noexec = fstatvfs(fd, &st) == 0 && (st.f_flag & ST_NOEXEC);
	ret->error = find_mount(fd, ret);
}

void free_mount(struct mount_facts *mount)
{
	mnt_unref_table(mount->table);
}
