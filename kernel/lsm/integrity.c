// SPDX-License-Identifier: GPL-2.0-only
/* What dm-verity tells of volumes and fs-verity of files. */
#include <linux/fsverity.h>
#include <linux/overflow.h>
#include <linux/slab.h>

#include "ipe.h"

static struct ipe_root_hash *copy_root_hash(const struct dm_verity_digest *digest)
{
	size_t name_len = strlen(digest->alg);
	struct ipe_root_hash *hash;

	hash = kmalloc(struct_size(hash, data, size_add(digest->digest_len, name_len)), GFP_KERNEL);
	if (!hash)
		return NULL;
	memcpy(hash->data, digest->digest, digest->digest_len);
	memcpy(hash->data + digest->digest_len, digest->alg, name_len);
	hash->digest.bytes = hash->data;
	hash->digest.len = digest->digest_len;
	hash->digest.algorithm.at = (const char *)hash->data + digest->digest_len;
	hash->digest.algorithm.len = name_len;
	return hash;
}

static bool has_root_hash(const struct ipe_root_hash *hash, const struct dm_verity_digest *digest)
{
	if (!hash || !digest)
		return !hash && !digest;
	return hash->digest.len == digest->digest_len &&
	       hash->digest.algorithm.len == strlen(digest->alg) &&
	       !memcmp(hash->digest.algorithm.at, digest->alg, hash->digest.algorithm.len) &&
	       !memcmp(hash->digest.bytes, digest->digest, digest->digest_len);
}

/* Somebody may have in memory, or map, what was on the volume before. */
static bool is_in_use(const struct block_device *bdev)
{
	return READ_ONCE(bdev->bd_holder) || READ_ONCE(bdev->bd_mapping->nrpages);
}

/*
 * The device mapper makes these calls one at a time for a volume, before the volume can be read. A
 * signature is for one root hash and is told after it.
 */
static int set_root_hash(struct block_device *bdev, const struct dm_verity_digest *digest)
{
	struct ipe_bdev *volume = ipe_bdev(bdev);
	struct ipe_root_hash *before = rcu_dereference_protected(volume->root_hash, true), *hash;

	if (has_root_hash(before, digest))
		return 0;
	if (is_in_use(bdev))
		return -EBUSY;
	WRITE_ONCE(volume->dmverity_signed, false);
	hash = digest ? copy_root_hash(digest) : NULL;
	rcu_assign_pointer(volume->root_hash, hash);
	if (before)
		kfree_rcu(before, rcu);
	return digest && !hash ? -ENOMEM : 0;
}

int ipe_bdev_setintegrity(struct block_device *bdev, enum lsm_integrity_type type,
			  const void *value, size_t size)
{
	switch (type) {
	case LSM_INT_DMVERITY_SIG_VALID:
		WRITE_ONCE(ipe_bdev(bdev)->dmverity_signed, value && size);
		return 0;
	case LSM_INT_DMVERITY_ROOTHASH:
		return set_root_hash(bdev, value);
	default:
		return -EINVAL;
	}
}

void ipe_bdev_free_security(struct block_device *bdev)
{
	kfree(rcu_access_pointer(ipe_bdev(bdev)->root_hash));
}

enum fsverity_signed {
	NOT_SIGNED,
	SIGNED_IF_ENABLED_AT_ONCE,
	SIGNED,
};

/*
 * Linux 6.12 tells of a signature before it knows whether enabling fs-verity will succeed.
 * If it does not, the next attempt may be without a signature and is not told of. So an early
 * signature counts only as long as nobody has tried twice; when the inode is read again from its
 * file system, the signature is told anew.
 */
int ipe_file_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	const struct inode *inode = file_inode(file);

	if (cmd == FS_IOC_ENABLE_VERITY && !IS_VERITY(inode))
		atomic_add_unless(&ipe_inode(inode)->verity_attempts, 1, 2);
	return 0;
}

int ipe_inode_setintegrity(const struct inode *inode, enum lsm_integrity_type type,
			   const void *value, size_t size)
{
	u8 state = NOT_SIGNED;

	if (type != LSM_INT_FSVERITY_BUILTINSIG_VALID)
		return -EINVAL;
	if (value && size)
		state = IS_VERITY(inode) ? SIGNED : SIGNED_IF_ENABLED_AT_ONCE;
	WRITE_ONCE(ipe_inode(inode)->fsverity_signed, state);
	return 0;
}

bool ipe_is_fsverity_signed(const struct inode *inode)
{
	struct ipe_inode *blob = ipe_inode(inode);

	if (!IS_VERITY(inode))
		return false;
	switch (READ_ONCE(blob->fsverity_signed)) {
	case SIGNED:
		return true;
	case SIGNED_IF_ENABLED_AT_ONCE:
		return atomic_read(&blob->verity_attempts) == 1;
	default:
		return false;
	}
}
