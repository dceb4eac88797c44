/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the parts of the module share. Each part is a .c file and has its paragraph here.
 *
 * A hook names a subject and an operation (hooks.c); the facts about the subject are collected
 * (facts.c, from what provenance.c and integrity.c have noted) and the active policy is asked
 * (judge.c). Policies come in through securityfs.c and policyfs.c, are verified and read by load.c
 * and become active in active.c.
 */
#ifndef _IPE_H
#define _IPE_H

#include <linux/atomic.h>
#include <linux/blk_types.h>
#include <linux/fs.h>
#include <linux/lsm_hooks.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/security.h>
#include <linux/types.h>

#include <crypto/sha2.h>

#include "core/policy.h"

struct linux_binprm;
struct task_struct;
struct vm_area_struct;

/* setup.c: what the security framework keeps for us. It is zero at first and trusts nothing. */

struct ipe_superblock {
	bool initramfs;
};

struct ipe_inode {
	atomic_t provenance;
	atomic_t verity_attempts;
	u8 fsverity_signed;
};

struct ipe_root_hash {
	struct rcu_head rcu;
	struct ipe_digest digest;
	u8 data[];
};

struct ipe_bdev {
	struct ipe_root_hash __rcu *root_hash;
	bool dmverity_signed;
};

extern bool ipe_enabled __ro_after_init;
extern bool ipe_enforcing;
extern bool ipe_enforce_locked;
extern bool ipe_success_audit;

extern struct lsm_blob_sizes ipe_blobs __ro_after_init;

static inline struct ipe_superblock *ipe_sb(const struct super_block *sb)
{
	return sb->s_security + ipe_blobs.lbs_superblock;
}

static inline struct ipe_inode *ipe_inode(const struct inode *inode)
{
	return inode->i_security + ipe_blobs.lbs_inode;
}

static inline struct ipe_bdev *ipe_bdev(const struct block_device *bdev)
{
	return bdev->bd_security + ipe_blobs.lbs_bdev;
}

/* boot_text.S: the text that is compiled in, until the end of the boot. */
extern const char ipe_boot_policy[], ipe_boot_policy_end[];

/* hooks.c: the hooks at which something is judged. */

enum ipe_hook {
	IPE_HOOK_BPRM_CHECK,
	IPE_HOOK_BPRM_CREDS_FOR_EXEC,
	IPE_HOOK_MMAP,
	IPE_HOOK_MPROTECT,
	IPE_HOOK_KERNEL_READ,
	IPE_HOOK_KERNEL_LOAD,
	IPE_HOOK_PROC_MEM,
	IPE_HOOK_PTRACE,
};

int ipe_bprm_check_security(struct linux_binprm *bprm);
int ipe_bprm_creds_for_exec(struct linux_binprm *bprm);
int ipe_mmap_file(struct file *file, unsigned long reqprot, unsigned long prot,
		  unsigned long flags);
int ipe_file_mprotect(struct vm_area_struct *vma, unsigned long reqprot, unsigned long prot);
int ipe_kernel_read_file(struct file *file, enum kernel_read_file_id id, bool contents);
int ipe_kernel_load_data(enum kernel_load_data_id id, bool contents);
int ipe_file_open(struct file *file);
int ipe_ptrace_access_check(struct task_struct *child, unsigned int mode);
int ipe_ptrace_traceme(struct task_struct *parent);

/*
 * provenance.c: which inodes are as the initramfs brought them. integrity.c: what dm-verity and
 * fs-verity have told.
 */

void ipe_initramfs_populated(void);
int ipe_inode_alloc_security(struct inode *inode);
int ipe_inode_setattr(struct mnt_idmap *idmap, struct dentry *dentry, struct iattr *attr);
int ipe_before_write(const struct inode *inode);
bool ipe_is_boot_verified(const struct file *file, const struct inode *inode, bool executed);

void ipe_bdev_free_security(struct block_device *bdev);
int ipe_bdev_setintegrity(struct block_device *bdev, enum lsm_integrity_type type,
			  const void *value, size_t size);
int ipe_inode_setintegrity(const struct inode *inode, enum lsm_integrity_type type,
			   const void *value, size_t size);
int ipe_file_ioctl(struct file *file, unsigned int cmd, unsigned long arg);
bool ipe_is_fsverity_signed(const struct inode *inode);

/* facts.c: what is judged, and what is known of it. */

struct ipe_subject {
	unsigned int op;
	enum ipe_hook hook;
	/* For the audit record; NULL: there is none. */
	struct file *file;
	/* Whose properties count. NULL: they cannot be known, unless it is anonymous memory. */
	struct inode *inode;
	bool anonymous;
};

/* The properties that the rules of an operation name, as bits. */
struct ipe_wanted {
	u32 flags;
	u32 digests;
};

/* From zeroed facts. */
void ipe_collect_flags(struct ipe_facts *facts, const struct ipe_subject *subject, u32 wanted);
/*
 * The digests stay valid until the end of the RCU read-side critical section, or of the buffer,
 * which has FS_VERITY_MAX_DIGEST_SIZE bytes.
 */
void ipe_collect_digests(struct ipe_facts *facts, const struct ipe_subject *subject, u32 wanted,
			 u8 *buffer);

/* judge.c: 0 if the active policy allows it, -EACCES if not. */

int ipe_judge(const struct ipe_subject *subject);

/* lines.c: finds a line of a policy's text. */

struct ipe_lines {
	struct ipe_span text;
	u32 *starts;
	u32 count;
};

int ipe_lines_index(struct ipe_lines *lines, struct ipe_span text);
struct ipe_span ipe_lines_get(const struct ipe_lines *lines, u32 line);

/* report.c: how the last attempt to load a policy ended. */

struct ipe_report {
	int error;
	u32 line;
	u32 column;
	const char *message;
};

void ipe_report_end(struct ipe_report *report, int error);
size_t ipe_report_print(char *buf, size_t size);

/* load.c: a policy that is in memory, active or not. It does not change. */

struct ipe_loaded {
	struct ipe_policy *policy;
	char *name;
	u64 version;
	char version_text[sizeof("65535.65535.65535")];
	struct ipe_lines lines;
	struct ipe_wanted wanted[IPE_OP_COUNT];
	/* As it was written, with its signature; none for the policy that is compiled in. */
	u8 *file;
	size_t file_len;
	char *own_text;
	u8 file_digest[SHA256_DIGEST_SIZE];
	struct dentry *dir;
};

struct ipe_loaded *ipe_load_signed(const char __user *data, size_t len, struct ipe_report *report);
struct ipe_loaded *ipe_load_plain(const char *text, size_t len, struct ipe_report *report);
void ipe_unload(struct ipe_loaded *loaded);

/* signature.c: 0 and the text that a trusted key has signed, which is a part of the file. */

int ipe_verify(const u8 *file, size_t len, struct ipe_span *ret_text);

/* active.c */

extern struct ipe_loaded __rcu *ipe_active;
extern struct mutex ipe_policies_lock;

int ipe_activate(struct ipe_loaded *loaded);
bool ipe_is_active(const struct ipe_loaded *loaded);
/* The directory's policy gives way to a newer version of itself. */
int ipe_replace(struct inode *dir, struct ipe_loaded *loaded);
bool ipe_active_wants(unsigned int op, enum ipe_flag flag);

/* versions.c: the highest version that was ever loaded under a name. */

int ipe_admit_version(const char *name, u64 version);

/* securityfs.c, policyfs.c */

struct ipe_entry {
	const char *name;
	umode_t mode;
	const struct file_operations *fops;
};

int ipe_init_securityfs(void);
bool ipe_may_configure(const struct file *file);
/* Ends the loading of a policy: the report, and the audit record if it failed. */
ssize_t ipe_end_load(struct ipe_report *report, int error, size_t len);
int ipe_create_files(struct dentry *dir, const struct ipe_entry *entries, size_t count);
void ipe_remove_dir(struct dentry *dir);
int ipe_publish(struct ipe_loaded *loaded, struct dentry *parent);

/* audit.c, audit_config.c */

void ipe_audit_decision(const struct ipe_subject *subject, const struct ipe_loaded *active,
			const struct ipe_decision *decision);
void ipe_audit_load(const struct ipe_loaded *loaded);
void ipe_audit_load_failure(int error);
void ipe_audit_activation(const struct ipe_loaded *before, const struct ipe_loaded *after);
void ipe_audit_enforce(bool before, bool after);

#endif
