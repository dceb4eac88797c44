// SPDX-License-Identifier: GPL-2.0-only
/*
 * A policy's directory in securityfs. The directory's inode has the policy; its lock keeps the
 * policy from being replaced or deleted meanwhile.
 */
#include <linux/dcache.h>
#include <linux/kstrtox.h>
#include <linux/mm.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "ipe.h"

static struct inode *dir_of(const struct file *file)
{
	return d_inode(file->f_path.dentry->d_parent);
}

typedef ssize_t (*reader)(const struct ipe_loaded *loaded, char __user *data, size_t len,
			  loff_t *offset);

static ssize_t read_with(reader read, struct file *file, char __user *data, size_t len,
			 loff_t *offset)
{
	struct inode *dir = dir_of(file);
	const struct ipe_loaded *loaded;
	ssize_t ret = -ENOENT;

	inode_lock_shared(dir);
	loaded = dir->i_private;
	if (loaded)
		ret = read(loaded, data, len, offset);
	inode_unlock_shared(dir);
	return ret;
}

static ssize_t copy_pkcs7(const struct ipe_loaded *loaded, char __user *data, size_t len,
			  loff_t *offset)
{
	if (!loaded->file)
		return -ENOENT;
	return simple_read_from_buffer(data, len, offset, loaded->file, loaded->file_len);
}

static ssize_t copy_text(const struct ipe_loaded *loaded, char __user *data, size_t len,
			 loff_t *offset)
{
	struct ipe_span text = loaded->lines.text;

	return simple_read_from_buffer(data, len, offset, text.at, text.len);
}

static ssize_t copy_name(const struct ipe_loaded *loaded, char __user *data, size_t len,
			 loff_t *offset)
{
	return simple_read_from_buffer(data, len, offset, loaded->name, strlen(loaded->name));
}

static ssize_t copy_version(const struct ipe_loaded *loaded, char __user *data, size_t len,
			    loff_t *offset)
{
	return simple_read_from_buffer(data, len, offset, loaded->version_text,
				       strlen(loaded->version_text));
}

static ssize_t copy_active(const struct ipe_loaded *loaded, char __user *data, size_t len,
			   loff_t *offset)
{
	return simple_read_from_buffer(data, len, offset, ipe_is_active(loaded) ? "1" : "0", 1);
}

#define READ_WITH(name)                                                              \
	static ssize_t read_##name(struct file *file, char __user *data, size_t len, \
				   loff_t *offset)                                   \
	{                                                                            \
		return read_with(copy_##name, file, data, len, offset);              \
	}

READ_WITH(pkcs7)
READ_WITH(text)
READ_WITH(name)
READ_WITH(version)
READ_WITH(active)

/* What is written to active and delete can only be true. */
static int expect_true(const struct file *file, const char __user *data, size_t len)
{
	bool value;
	int error;

	if (!ipe_may_configure(file))
		return -EPERM;
	error = kstrtobool_from_user(data, len, &value);
	if (error)
		return error;
	return value ? 0 : -EINVAL;
}

static ssize_t write_active(struct file *file, const char __user *data, size_t len, loff_t *offset)
{
	struct inode *dir = dir_of(file);
	int error = expect_true(file, data, len);

	if (error)
		return error;
	inode_lock(dir);
	error = dir->i_private ? ipe_activate(dir->i_private) : -ENOENT;
	inode_unlock(dir);
	return error ?: len;
}

static ssize_t write_delete(struct file *file, const char __user *data, size_t len, loff_t *offset)
{
	struct inode *dir = dir_of(file);
	struct ipe_loaded *loaded;
	int error = expect_true(file, data, len);

	if (error)
		return error;
	inode_lock(dir);
	loaded = dir->i_private;
	if (!loaded)
		error = -ENOENT;
	else if (ipe_is_active(loaded))
		error = -EPERM;
	else
		dir->i_private = NULL;
	inode_unlock(dir);
	if (error)
		return error;
	synchronize_rcu();
	ipe_unload(loaded);
	return len;
}

static int load_update(struct file *file, const char __user *data, size_t len,
		       struct ipe_report *report)
{
	struct inode *dir = dir_of(file);
	struct ipe_loaded *loaded;
	int error;

	if (!ipe_may_configure(file))
		return -EPERM;
	if (!READ_ONCE(dir->i_private))
		return -ENOENT;
	loaded = ipe_load_signed(data, len, report);
	if (IS_ERR(loaded))
		return PTR_ERR(loaded);
	inode_lock(dir);
	error = ipe_replace(dir, loaded);
	inode_unlock(dir);
	if (error)
		ipe_unload(loaded);
	return error;
}

static ssize_t write_update(struct file *file, const char __user *data, size_t len, loff_t *offset)
{
	struct ipe_report report = {};

	return ipe_end_load(&report, load_update(file, data, len, &report), len);
}

static const struct file_operations pkcs7_fops = { .read = read_pkcs7 };
static const struct file_operations policy_fops = { .read = read_text };
static const struct file_operations name_fops = { .read = read_name };
static const struct file_operations version_fops = { .read = read_version };
static const struct file_operations active_fops = { .read = read_active, .write = write_active };
static const struct file_operations update_fops = { .write = write_update };
static const struct file_operations delete_fops = { .write = write_delete };

static const struct ipe_entry entries[] = {
	{ "pkcs7", 0444, &pkcs7_fops },	  { "policy", 0444, &policy_fops },
	{ "name", 0444, &name_fops },	  { "version", 0444, &version_fops },
	{ "active", 0600, &active_fops }, { "update", 0200, &update_fops },
	{ "delete", 0200, &delete_fops },
};

int ipe_publish(struct ipe_loaded *loaded, struct dentry *parent)
{
	struct dentry *dir = securityfs_create_dir(loaded->name, parent);
	int error;

	if (IS_ERR(dir))
		return PTR_ERR(dir);
	error = ipe_create_files(dir, entries, ARRAY_SIZE(entries));
	if (!error)
		error = ipe_admit_version(loaded->name, loaded->version);
	if (error) {
		ipe_remove_dir(dir);
		return error;
	}
	inode_lock(d_inode(dir));
	loaded->dir = dir;
	d_inode(dir)->i_private = loaded;
	if (loaded->file)
		ipe_audit_load(loaded);
	inode_unlock(d_inode(dir));
	return 0;
}
