// SPDX-License-Identifier: GPL-2.0-only
/* What is known of a subject. A property that this kernel is built without stays unknown. */
#include <linux/fcntl.h>
#include <linux/fsverity.h>
#include <linux/hash_info.h>
#include <linux/magic.h>
#include <linux/memfd.h>

#include "ipe.h"

#define IMMUTABLE_SEALS (F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL)

static bool is_sealed(struct file *file)
{
	long seals = memfd_fcntl(file, F_GET_SEALS, 0);

	return seals >= 0 && (seals & IMMUTABLE_SEALS) == IMMUTABLE_SEALS;
}

/* What a FUSE server says comes from that server, also where the server was given a device. */
static const struct ipe_bdev *volume_of(const struct inode *inode)
{
	const struct super_block *sb = inode->i_sb;

	return sb->s_bdev && sb->s_magic != FUSE_SUPER_MAGIC ? ipe_bdev(sb->s_bdev) : NULL;
}

static bool is_dmverity_signed(const struct inode *inode)
{
	const struct ipe_bdev *volume = volume_of(inode);

	return volume && rcu_access_pointer(volume->root_hash) &&
	       READ_ONCE(volume->dmverity_signed);
}

static void collect_root_hash(struct ipe_facts *facts, const struct inode *inode)
{
	const struct ipe_bdev *volume = volume_of(inode);
	const struct ipe_root_hash *hash = volume ? rcu_dereference(volume->root_hash) : NULL;

	ipe_facts_set_digest(facts, IPE_DIGEST_DMVERITY_ROOTHASH, hash ? &hash->digest : NULL);
}

static void collect_fsverity_digest(struct ipe_facts *facts, struct inode *inode, u8 *buffer)
{
	struct ipe_digest digest = { .bytes = buffer };
	enum hash_algo algorithm;

	if (!IS_VERITY(inode)) {
		ipe_facts_set_digest(facts, IPE_DIGEST_FSVERITY_DIGEST, NULL);
		return;
	}
	digest.len = fsverity_get_digest(inode, buffer, NULL, &algorithm);
	if (!digest.len)
		return;
	digest.algorithm.at = hash_algo_name[algorithm];
	digest.algorithm.len = strlen(digest.algorithm.at);
	ipe_facts_set_digest(facts, IPE_DIGEST_FSVERITY_DIGEST, &digest);
}

#define FLAG(id) (1U << IPE_FLAG_##id)

/* The flags that this kernel can find out. */
static const u32 knowable =
	FLAG(BOOT_VERIFIED) | FLAG(MEMFD_SEALED) | FLAG(ANONYMOUS_MEMORY) |
	(IS_ENABLED(CONFIG_IPE_PROP_DM_VERITY_SIGNATURE) ? FLAG(DMVERITY_SIGNATURE) : 0) |
	(IS_ENABLED(CONFIG_IPE_PROP_FS_VERITY_BUILTIN_SIG) ? FLAG(FSVERITY_SIGNATURE) : 0);

void ipe_collect_flags(struct ipe_facts *facts, const struct ipe_subject *subject, u32 wanted)
{
	bool executed = subject->op == IPE_OP_EXECUTE;

	if (subject->anonymous) {
		ipe_facts_set_anonymous(facts);
		return;
	}
	if (!subject->inode)
		return;
	wanted &= knowable;
	facts->known = wanted;
	if (wanted & FLAG(BOOT_VERIFIED) &&
	    ipe_is_boot_verified(subject->file, subject->inode, executed))
		facts->truth |= FLAG(BOOT_VERIFIED);
	if (wanted & FLAG(DMVERITY_SIGNATURE) && is_dmverity_signed(subject->inode))
		facts->truth |= FLAG(DMVERITY_SIGNATURE);
	if (wanted & FLAG(FSVERITY_SIGNATURE) && ipe_is_fsverity_signed(subject->inode))
		facts->truth |= FLAG(FSVERITY_SIGNATURE);
	if (wanted & FLAG(MEMFD_SEALED) && is_sealed(subject->file))
		facts->truth |= FLAG(MEMFD_SEALED);
}

void ipe_collect_digests(struct ipe_facts *facts, const struct ipe_subject *subject, u32 wanted,
			 u8 *buffer)
{
	if (!subject->inode)
		return;
	if (IS_ENABLED(CONFIG_IPE_PROP_DM_VERITY) && wanted & 1U << IPE_DIGEST_DMVERITY_ROOTHASH)
		collect_root_hash(facts, subject->inode);
	if (IS_ENABLED(CONFIG_IPE_PROP_FS_VERITY) && wanted & 1U << IPE_DIGEST_FSVERITY_DIGEST)
		collect_fsverity_digest(facts, subject->inode, buffer);
}
