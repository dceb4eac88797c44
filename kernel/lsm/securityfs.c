// SPDX-License-Identifier: GPL-2.0-only
/* The directory ipe in securityfs, but for the policies in it. */
#include <linux/capability.h>
#include <linux/init.h>
#include <linux/kstrtox.h>
#include <linux/mm.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <linux/user_namespace.h>
#include <linux/version.h>

#include "ipe.h"

static struct dentry *policies_dir __ro_after_init;

bool ipe_may_configure(const struct file *file)
{
	return file_ns_capable(file, &init_user_ns, CAP_MAC_ADMIN);
}

int ipe_create_files(struct dentry *dir, const struct ipe_entry *entries, size_t count)
{
	struct dentry *dentry;
	size_t i;

	for (i = 0; i < count; i++) {
		dentry = securityfs_create_file(entries[i].name, entries[i].mode, dir, NULL,
						entries[i].fops);
		if (IS_ERR(dentry))
			return PTR_ERR(dentry);
	}
	return 0;
}

void ipe_remove_dir(struct dentry *dir)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 17, 0)
	securityfs_remove(dir);
#else
	securityfs_recursive_remove(dir);
#endif
}

static ssize_t read_bool(bool value, char __user *data, size_t len, loff_t *offset)
{
	return simple_read_from_buffer(data, len, offset, value ? "1" : "0", 1);
}

static int write_bool(const struct file *file, const char __user *data, size_t len, bool *ret)
{
	if (!ipe_may_configure(file))
		return -EPERM;
	return kstrtobool_from_user(data, len, ret);
}

static ssize_t read_success_audit(struct file *file, char __user *data, size_t len, loff_t *offset)
{
	return read_bool(READ_ONCE(ipe_success_audit), data, len, offset);
}

static ssize_t write_success_audit(struct file *file, const char __user *data, size_t len,
				   loff_t *offset)
{
	bool value;
	int error = write_bool(file, data, len, &value);

	if (error)
		return error;
	WRITE_ONCE(ipe_success_audit, value);
	return len;
}

/* Whoever switches enforcing sees the lock, and its record the order. */
static DEFINE_MUTEX(enforce_mutex);

/* Locking also switches enforcing on: there is nothing else worth keeping. */
static int set_enforcing(bool value, bool lock)
{
	bool before;
	int error = 0;

	mutex_lock(&enforce_mutex);
	before = ipe_enforcing;
	if (!value && ipe_enforce_locked) {
		error = -EPERM;
	} else {
		if (lock)
			WRITE_ONCE(ipe_enforce_locked, true);
		if (value != before || lock)
			ipe_audit_enforce(before, value);
		WRITE_ONCE(ipe_enforcing, value);
	}
	mutex_unlock(&enforce_mutex);
	return error;
}

static ssize_t read_enforce(struct file *file, char __user *data, size_t len, loff_t *offset)
{
	return read_bool(READ_ONCE(ipe_enforcing), data, len, offset);
}

static ssize_t write_enforce(struct file *file, const char __user *data, size_t len, loff_t *offset)
{
	bool value;
	int error = write_bool(file, data, len, &value);

	if (!error)
		error = set_enforcing(value, false);
	return error ?: len;
}

static ssize_t read_enforce_lock(struct file *file, char __user *data, size_t len, loff_t *offset)
{
	return read_bool(READ_ONCE(ipe_enforce_locked), data, len, offset);
}

static ssize_t write_enforce_lock(struct file *file, const char __user *data, size_t len,
				  loff_t *offset)
{
	bool value;
	int error = write_bool(file, data, len, &value);

	if (!error)
		error = value ? set_enforcing(true, true) : -EINVAL;
	return error ?: len;
}

ssize_t ipe_end_load(struct ipe_report *report, int error, size_t len)
{
	ipe_report_end(report, error);
	if (!error)
		return len;
	ipe_audit_load_failure(error);
	return error;
}

static int load_new(struct file *file, const char __user *data, size_t len,
		    struct ipe_report *report)
{
	struct ipe_loaded *loaded;
	int error;

	if (!ipe_may_configure(file))
		return -EPERM;
	loaded = ipe_load_signed(data, len, report);
	if (IS_ERR(loaded))
		return PTR_ERR(loaded);
	error = ipe_publish(loaded, policies_dir);
	if (error)
		ipe_unload(loaded);
	return error;
}

static ssize_t write_new_policy(struct file *file, const char __user *data, size_t len,
				loff_t *offset)
{
	struct ipe_report report = {};

	return ipe_end_load(&report, load_new(file, data, len, &report), len);
}

static ssize_t read_last_load(struct file *file, char __user *data, size_t len, loff_t *offset)
{
	char text[512];

	return simple_read_from_buffer(data, len, offset, text,
				       ipe_report_print(text, sizeof(text)));
}

static const struct file_operations success_audit_fops = {
	.read = read_success_audit,
	.write = write_success_audit,
};

static const struct file_operations enforce_fops = {
	.read = read_enforce,
	.write = write_enforce,
};

static const struct file_operations enforce_lock_fops = {
	.read = read_enforce_lock,
	.write = write_enforce_lock,
};

static const struct file_operations new_policy_fops = { .write = write_new_policy };
static const struct file_operations last_load_fops = { .read = read_last_load };

static const struct ipe_entry entries[] __initconst = {
	{ "success_audit", 0600, &success_audit_fops }, { "enforce", 0600, &enforce_fops },
	{ "enforce_lock", 0600, &enforce_lock_fops },	{ "new_policy", 0200, &new_policy_fops },
	{ "last_load", 0400, &last_load_fops },
};

static int __init fill(struct dentry *dir)
{
	struct ipe_loaded *active = rcu_dereference_protected(ipe_active, true);
	int error;

	policies_dir = securityfs_create_dir("policies", dir);
	if (IS_ERR(policies_dir))
		return PTR_ERR(policies_dir);
	error = active ? ipe_publish(active, policies_dir) : 0;
	return error ?: ipe_create_files(dir, entries, ARRAY_SIZE(entries));
}

int __init ipe_init_securityfs(void)
{
	struct dentry *dir;
	int error;

	if (!ipe_enabled)
		return -EOPNOTSUPP;
	dir = securityfs_create_dir("ipe", NULL);
	if (IS_ERR(dir))
		return PTR_ERR(dir);
	error = fill(dir);
	if (error)
		ipe_remove_dir(dir);
	return error;
}
