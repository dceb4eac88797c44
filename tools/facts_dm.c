/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <libdevmapper.h>
#include <libmount.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "facts.h"

/* Of the parameters of a verity target, Documentation/admin-guide/device-mapper/verity.rst. */
enum verity_field {
	VERITY_ALGORITHM = 7,
	VERITY_DIGEST = 8,
	VERITY_SALT = 9,
};

/* libdevmapper would print what the facts say already. */
__attribute__((format(printf, 5, 6))) static void stay_silent(int level, const char *file, int line,
							      int dm_errno, const char *format, ...)
{
	(void)level;
	(void)file;
	(void)line;
	(void)dm_errno;
	(void)format;
}

bool parse_verity_table(const char *parameters, struct dm_facts *ret)
{
	char *copy = strdup(parameters);
	char *rest = copy;
	char *field;
	int i = 0;

	while (copy && (field = strsep(&rest, " ")) != NULL) {
		if (i == VERITY_ALGORITHM)
			ret->algorithm = strdup(field);
		else if (i == VERITY_DIGEST)
			ret->root_hash = strdup(field);
		else if (i > VERITY_SALT && strcmp(field, "root_hash_sig_key_desc") == 0)
			ret->signature = true;
		i++;
	}
	free(copy);
	return i > VERITY_SALT && ret->algorithm && ret->root_hash;
}

static int read_table(struct dm_task *task, struct dm_facts *ret)
{
	uint64_t start;
	uint64_t length;
	char *type = NULL;
	char *parameters = NULL;

	if (!dm_task_set_major(task, (int)ret->major) ||
	    !dm_task_set_minor(task, (int)ret->minor) || !dm_task_no_open_count(task) ||
	    !dm_task_run(task))
		return dm_task_get_errno(task) ? -dm_task_get_errno(task) : -EACCES;
	/* A device with a second target is not what IPE takes for a verity device. */
	if (dm_get_next_target(task, NULL, &start, &length, &type, &parameters) || !type ||
	    strcmp(type, "verity") != 0) {
		ret->kind = DM_OTHER;
		return 0;
	}
	if (!parse_verity_table(parameters, ret))
		return -EBADMSG;
	ret->kind = DM_VERITY;
	return 0;
}

static int query_table(struct dm_facts *ret)
{
	struct dm_task *task;
	int error;

	dm_log_with_errno_init(stay_silent);
	task = dm_task_create(DM_DEVICE_TABLE);
	if (!task)
		return -EACCES;
	error = read_table(task, ret);
	dm_task_destroy(task);
	return error;
}

/* The device under a file system that shows an anonymous one, as btrfs does. */
static dev_t backing_device(const struct stat *st, struct libmnt_fs *fs)
{
	const char *source = fs ? mnt_fs_get_srcpath(fs) : NULL;
	struct stat device;

	if (major(st->st_dev) == 0 && source && source[0] == '/' && stat(source, &device) == 0 &&
	    S_ISBLK(device.st_mode))
		return device.st_rdev;
	return st->st_dev;
}

static bool read_line(const char *path, char **ret)
{
	FILE *file = fopen(path, "re");
	size_t size = 0;
	ssize_t len;

	*ret = NULL;
	if (!file)
		return false;
	len = getline(ret, &size, file);
	fclose(file);
	if (len > 0 && (*ret)[len - 1] == '\n')
		(*ret)[len - 1] = '\0';
	return len > 0;
}

void collect_dm(const struct stat *st, struct libmnt_fs *fs, struct dm_facts *ret)
{
	dev_t device = backing_device(st, fs);
	char path[64];

	*ret = (struct dm_facts){ .major = major(device), .minor = minor(device) };
	snprintf(path, sizeof(path), "/sys/dev/block/%u:%u/dm/name", ret->major, ret->minor);
	if (read_line(path, &ret->name)) {
		ret->kind = DM_UNTOLD;
		ret->error = query_table(ret);
	} else if (ret->major != 0 && access("/sys/dev/block", F_OK) < 0) {
		ret->kind = DM_UNTOLD;
		ret->error = -errno;
	}
}

void free_dm(struct dm_facts *dm)
{
	free(dm->name);
	free(dm->algorithm);
	free(dm->root_hash);
}
