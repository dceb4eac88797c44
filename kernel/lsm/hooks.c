// SPDX-License-Identifier: GPL-2.0-only
/* The hooks at which something is judged: which operation it is, and on what. */
#include <linux/binfmts.h>
#include <linux/fcntl.h>
#include <linux/hugetlb.h>
#include <linux/kernel_read_file.h>
#include <linux/magic.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/ptrace.h>
#include <linux/shmem_fs.h>

#include "ipe.h"

/* Shared, huge and System V memory has a file, but one that nobody can name. */
static bool is_anonymous(struct file *file)
{
	return !file ||
	       (IS_PRIVATE(file_inode(file)) && (shmem_file(file) || is_file_hugepages(file)));
}

static int judge_file(struct file *file, unsigned int op, enum ipe_hook hook)
{
	struct ipe_subject subject = { .op = op, .hook = hook, .file = file };

	if (!rcu_access_pointer(ipe_active))
		return 0;
	subject.anonymous = is_anonymous(file);
	if (!subject.anonymous)
		subject.inode = d_real_inode(file->f_path.dentry);
	return ipe_judge(&subject);
}

static int judge_as_anonymous(struct file *file, enum ipe_hook hook)
{
	struct ipe_subject subject = {
		.op = IPE_OP_EXECUTE,
		.hook = hook,
		.file = file,
		.anonymous = true,
	};

	return ipe_judge(&subject);
}

int ipe_bprm_check_security(struct linux_binprm *bprm)
{
	return judge_file(bprm->file, IPE_OP_EXECUTE, IPE_HOOK_BPRM_CHECK);
}

int ipe_bprm_creds_for_exec(struct linux_binprm *bprm)
{
#ifdef AT_EXECVE_CHECK
	if (bprm->is_check)
		return judge_file(bprm->file, IPE_OP_EXECUTE, IPE_HOOK_BPRM_CREDS_FOR_EXEC);
#endif
	return 0;
}

/* What can be written to, or was, is judged twice: as the file, and as what it may become. */
static int judge_mapping(struct file *file, bool changeable, enum ipe_hook hook)
{
	int error = judge_file(file, IPE_OP_EXECUTE, hook);

	if (!error && changeable && !is_anonymous(file))
		error = judge_as_anonymous(file, hook);
	return error;
}

int ipe_mmap_file(struct file *file, unsigned long reqprot, unsigned long prot, unsigned long flags)
{
	if (!(prot & PROT_EXEC))
		return 0;
	return judge_mapping(file, prot & PROT_WRITE, IPE_HOOK_MMAP);
}

int ipe_file_mprotect(struct vm_area_struct *vma, unsigned long reqprot, unsigned long prot)
{
	struct file *file = vma->vm_file;

	if (!(prot & PROT_EXEC))
		return 0;
	if (vma->vm_flags & VM_EXEC) {
		if (vma->vm_flags & VM_WRITE || !(prot & PROT_WRITE))
			return 0;
		return judge_as_anonymous(file, IPE_HOOK_MPROTECT);
	}
	/* anon_vma: a private page was written to. */
	return judge_mapping(file, prot & PROT_WRITE || vma->anon_vma, IPE_HOOK_MPROTECT);
}

/* A kernel that reads something else does not build before that has an operation here. */
#define OP_OF_UNKNOWN		IPE_OP_COUNT
#define OP_OF_FIRMWARE		IPE_OP_FIRMWARE
#define OP_OF_MODULE		IPE_OP_KMODULE
#define OP_OF_MODULE_COMPRESSED IPE_OP_KMODULE
#define OP_OF_KEXEC_IMAGE	IPE_OP_KEXEC_IMAGE
#define OP_OF_KEXEC_INITRAMFS	IPE_OP_KEXEC_INITRAMFS
#define OP_OF_POLICY		IPE_OP_POLICY
#define OP_OF_X509_CERTIFICATE	IPE_OP_X509_CERT
#define OP_OF_MAX_ID		IPE_OP_COUNT

#define OP_OF(id, ...)		OP_OF_##id,

static unsigned int op_of(unsigned int id)
{
	static const u8 ops[] = { __kernel_read_file_id(OP_OF) };

	return id < ARRAY_SIZE(ops) ? ops[id] : IPE_OP_COUNT;
}

int ipe_kernel_read_file(struct file *file, enum kernel_read_file_id id, bool contents)
{
	return judge_file(file, op_of(id), IPE_HOOK_KERNEL_READ);
}

int ipe_kernel_load_data(enum kernel_load_data_id id, bool contents)
{
	return judge_file(NULL, op_of(id), IPE_HOOK_KERNEL_LOAD);
}

static bool is_proc_mem(const struct file *file)
{
	const struct dentry *dentry = file->f_path.dentry;

	return dentry->d_sb->s_magic == PROC_SUPER_MAGIC && dentry->d_name.len == 3 &&
	       memcmp(dentry->d_name.name, "mem", 3) == 0;
}

/*
 * /proc/PID/mem and tracing write where the process itself cannot, to its code for example. Who may
 * not execute anonymous memory must not do that either.
 */
int ipe_file_open(struct file *file)
{
	if (!(file->f_mode & FMODE_WRITE))
		return 0;
	if (is_proc_mem(file))
		return judge_as_anonymous(file, IPE_HOOK_PROC_MEM);
	return ipe_before_write(file_inode(file));
}

int ipe_ptrace_access_check(struct task_struct *child, unsigned int mode)
{
	/* Files of /proc ask with FSCREDS; mem among them is judged when it is opened. */
	if ((mode & PTRACE_MODE_ATTACH_REALCREDS) != PTRACE_MODE_ATTACH_REALCREDS)
		return 0;
	return judge_as_anonymous(NULL, IPE_HOOK_PTRACE);
}

int ipe_ptrace_traceme(struct task_struct *parent)
{
	return judge_as_anonymous(NULL, IPE_HOOK_PTRACE);
}
