// SPDX-License-Identifier: GPL-2.0-only
/* What is known of a subject. A property that this kernel is built without stays unknown. */
#include <linux/blk_types.h>
#include <linux/fcntl.h>
#include <linux/hash_info.h>
#include <linux/memfd.h>

#include "ipe.h"

#define IMMUTABLE_SEALS (F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL)

static bool is_sealed(struct file *file)
{
	long seals = memfd_fcntl(file, F_GET_SEALS, 0);

	return seals >= 0 && (seals & IMMUTABLE_SEALS) == IMMUTABLE_SEALS;
}

static const struct ipe_bdev *volume_of(const struct inode *inode)
{
	struct block_device *bdev = inode->i_sb->s_bdev;

	return bdev ? ipe_bdev(bdev) : NULL;
}

static bool is_dmverity_signed(const struct inode *inode)
{
	const struct ipe_bdev *volume = volume_of(inode);

	return volume && rcu_access_pointer(volume->root_hash) &&
	       READ_ONCE(volume->dmverity_signed);
}

static void collect_flag(struct ipe_facts *facts, const struct ipe_subject *subject,
			 enum ipe_flag flag)
{
	bool value;

	switch (flag) {
	case IPE_FLAG_BOOT_VERIFIED:
		value = ipe_is_boot_verified(subject->file, subject->inode,
					     subject->op == IPE_OP_EXECUTE);
		break;
	case IPE_FLAG_DMVERITY_SIGNATURE:
		if (!IS_ENABLED(CONFIG_IPE_PROP_DM_VERITY_SIGNATURE))
			return;
		value = is_dmverity_signed(subject->inode);
		break;
	case IPE_FLAG_FSVERITY_SIGNATURE:
		if (!IS_ENABLED(CONFIG_IPE_PROP_FS_VERITY_BUILTIN_SIG))
			return;
		value = ipe_is_fsverity_signed(subject->inode);
		break;
	case IPE_FLAG_MEMFD_SEALED:
		value = is_sealed(subject->file);
		break;
	case IPE_FLAG_ANONYMOUS_MEMORY:
		value = false;
		break;
	default:
		return;
	}
	ipe_facts_set_flag(facts, flag, value);
}

static void collect_root_hash(struct ipe_facts *facts, const struct inode *inode)
{
	const struct ipe_bdev *volume = volume_of(inode);
	const struct ipe_root_hash *hash = volume ? rcu_dereference(volume->root_hash) : NULL;

	ipe_facts_set_digest(facts, IPE_DIGEST_DMVERITY_ROOTHASH, hash ? &hash->digest : NULL);
}

static void collect_fsverity_digest(struct ipe_evidence *evidence, struct inode *inode)
{
	enum hash_algo algorithm;
	struct ipe_digest digest = { .bytes = evidence->fsverity_digest };

	if (!IS_VERITY(inode)) {
		ipe_facts_set_digest(&evidence->facts, IPE_DIGEST_FSVERITY_DIGEST, NULL);
		return;
	}
	digest.len = fsverity_get_digest(inode, evidence->fsverity_digest, NULL, &algorithm);
	if (!digest.len)
		return;
	digest.algorithm.at = hash_algo_name[algorithm];
	digest.algorithm.len = strlen(digest.algorithm.at);
	ipe_facts_set_digest(&evidence->facts, IPE_DIGEST_FSVERITY_DIGEST, &digest);
}

void ipe_collect(struct ipe_evidence *evidence, const struct ipe_subject *subject,
		 struct ipe_wanted wanted)
{
	struct ipe_facts *facts = &evidence->facts;
	unsigned int flag;

	memset(facts, 0, sizeof(*facts));
	if (subject->anonymous) {
		ipe_facts_set_anonymous(facts);
		return;
	}
	if (!subject->inode)
		return;
	for (flag = 0; flag < IPE_FLAG_COUNT; flag++)
		if (wanted.flags & 1U << flag)
			collect_flag(facts, subject, (enum ipe_flag)flag);
	if (IS_ENABLED(CONFIG_IPE_PROP_DM_VERITY) &&
	    wanted.digests & 1U << IPE_DIGEST_DMVERITY_ROOTHASH)
		collect_root_hash(facts, subject->inode);
	if (IS_ENABLED(CONFIG_IPE_PROP_FS_VERITY) &&
	    wanted.digests & 1U << IPE_DIGEST_FSVERITY_DIGEST)
		collect_fsverity_digest(evidence, subject->inode);
}
