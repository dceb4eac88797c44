// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which inodes are as the initramfs brought them. An inode that was there when the initramfs had
 * been unpacked is pristine until it is opened for writing or its size is set. One that was
 * allowed to run for being pristine cannot be written to any more, because what runs would change.
 */
#include <linux/fs_struct.h>
#include <linux/list.h>
#include <linux/mount.h>
#include <linux/pagemap.h>
#include <linux/sched.h>

#include "ipe.h"

enum provenance {
	CHANGED,
	PRISTINE,
	IN_USE,
};

static bool unpacked;

/* Or what a swap device makes of a file would count as the file. */
static void keep_in_memory(struct super_block *sb)
{
	struct list_head *at;

	spin_lock(&sb->s_inode_list_lock);
	for (at = sb->s_inodes.next; at != &sb->s_inodes; at = at->next)
		mapping_set_unevictable(list_entry(at, struct inode, i_sb_list)->i_mapping);
	spin_unlock(&sb->s_inode_list_lock);
}

void ipe_initramfs_populated(void)
{
	struct super_block *sb = current->fs->root.mnt->mnt_sb;

	keep_in_memory(sb);
	ipe_sb(sb)->initramfs = true;
	WRITE_ONCE(unpacked, true);
}

int ipe_inode_alloc_security(struct inode *inode)
{
	if (!READ_ONCE(unpacked))
		atomic_set(&ipe_inode(inode)->provenance, PRISTINE);
	return 0;
}

int ipe_before_write(const struct inode *inode)
{
	atomic_t *provenance = &ipe_inode(inode)->provenance;

	if (!READ_ONCE(unpacked) || atomic_read(provenance) == CHANGED)
		return 0;
	if (atomic_cmpxchg(provenance, PRISTINE, CHANGED) != IN_USE)
		return 0;
	if (READ_ONCE(ipe_enforcing) && ipe_active_wants(IPE_OP_EXECUTE, IPE_FLAG_BOOT_VERIFIED))
		return -ETXTBSY;
	atomic_set(provenance, CHANGED);
	return 0;
}

int ipe_inode_setattr(struct mnt_idmap *idmap, struct dentry *dentry, struct iattr *attr)
{
	return attr->ia_valid & ATTR_SIZE ? ipe_before_write(d_inode(dentry)) : 0;
}

bool ipe_is_boot_verified(const struct file *file, const struct inode *inode, bool executed)
{
	atomic_t *provenance = &ipe_inode(inode)->provenance;
	int state;

	if (!ipe_sb(file->f_path.mnt->mnt_sb)->initramfs)
		return false;
	state = atomic_read(provenance);
	if (executed && state == PRISTINE)
		state = atomic_cmpxchg(provenance, PRISTINE, IN_USE);
	return state != CHANGED;
}
