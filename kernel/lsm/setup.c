// SPDX-License-Identifier: GPL-2.0-only
/* Registers the module, and puts the policy that is compiled in into force. */
#define pr_fmt(fmt) "ipe: " fmt

#include <linux/init.h>
#include <linux/moduleparam.h>
#include <linux/version.h>
#include <uapi/linux/lsm.h>

#include "ipe.h"

bool ipe_enabled __ro_after_init;
bool ipe_enforcing = true;
bool ipe_enforce_locked;
bool ipe_success_audit;

module_param_named(enforce, ipe_enforcing, bool, 0400);
MODULE_PARM_DESC(enforce, "Refuse what the policy denies (default), or only audit it");
module_param_named(enforce_lock, ipe_enforce_locked, bool, 0400);
MODULE_PARM_DESC(enforce_lock, "Enforce, and never stop before the next boot");
module_param_named(success_audit, ipe_success_audit, bool, 0400);
MODULE_PARM_DESC(success_audit, "Also audit what the policy allows");

struct lsm_blob_sizes ipe_blobs __ro_after_init = {
	.lbs_superblock = sizeof(struct ipe_superblock),
	.lbs_inode = sizeof(struct ipe_inode),
	.lbs_bdev = sizeof(struct ipe_bdev),
};

static struct security_hook_list hooks[] __ro_after_init = {
	LSM_HOOK_INIT(bprm_check_security, ipe_bprm_check_security),
	LSM_HOOK_INIT(bprm_creds_for_exec, ipe_bprm_creds_for_exec),
	LSM_HOOK_INIT(mmap_file, ipe_mmap_file),
	LSM_HOOK_INIT(file_mprotect, ipe_file_mprotect),
	LSM_HOOK_INIT(kernel_read_file, ipe_kernel_read_file),
	LSM_HOOK_INIT(kernel_load_data, ipe_kernel_load_data),
	LSM_HOOK_INIT(file_open, ipe_file_open),
	LSM_HOOK_INIT(ptrace_access_check, ipe_ptrace_access_check),
	LSM_HOOK_INIT(ptrace_traceme, ipe_ptrace_traceme),
	LSM_HOOK_INIT(initramfs_populated, ipe_initramfs_populated),
	LSM_HOOK_INIT(inode_alloc_security, ipe_inode_alloc_security),
	LSM_HOOK_INIT(inode_setattr, ipe_inode_setattr),
	LSM_HOOK_INIT(bdev_free_security, ipe_bdev_free_security),
	LSM_HOOK_INIT(bdev_setintegrity, ipe_bdev_setintegrity),
	LSM_HOOK_INIT(inode_setintegrity, ipe_inode_setintegrity),
	LSM_HOOK_INIT(file_ioctl, ipe_file_ioctl),
	LSM_HOOK_INIT(file_ioctl_compat, ipe_file_ioctl),
};

static const struct lsm_id lsm_id = {
	.name = "ipe",
	.id = LSM_ID_IPE,
};

/* Without the policy that its builder chose the system must not run. */
static void __init activate_boot_policy(void)
{
	size_t len = ipe_boot_policy_end - ipe_boot_policy;
	struct ipe_report report = {};
	struct ipe_loaded *loaded;

	if (!len)
		return;
	loaded = ipe_load_plain(ipe_boot_policy, len, &report);
	if (IS_ERR(loaded))
		panic("ipe: the policy that is compiled in, line %u, column %u: %s (%ld)\n",
		      report.line, report.column, report.message ?: "not loaded", PTR_ERR(loaded));
	rcu_assign_pointer(ipe_active, loaded);
}

static int __init ipe_init(void)
{
	if (ipe_enforce_locked)
		ipe_enforcing = true;
	security_add_hooks(hooks, ARRAY_SIZE(hooks), &lsm_id);
	ipe_enabled = true;
	activate_boot_policy();
	return 0;
}

DEFINE_LSM(ipe) = {
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 19, 0)
	.id = &lsm_id,
#else
	.name = "ipe",
#endif
	.init = ipe_init,
	.blobs = &ipe_blobs,
};
fs_initcall(ipe_init_securityfs);
