/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A tree, without following a symbolic link in it. Each name is opened from the root, inside of it, so
 * that no more descriptors are needed for a deep tree, and somebody who moves folders meanwhile cannot
 * lead out of the root.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "memory.h"
#include "progress.h"
#include "scan.h"

struct level {
	const struct level *above;
	dev_t dev;
	ino_t ino;
};

struct entry {
	char *name;
	unsigned char type;
};

struct listing {
	struct entry *entries;
	size_t count;
};

static void walk_folder(struct scan *scan, const char *path, const struct level *above, int flags);

static bool is_no_place_for_programs(int fd)
{
	static const int64_t types[] = { PROC_SUPER_MAGIC,    SYSFS_MAGIC,
					 DEVPTS_SUPER_MAGIC,  CGROUP_SUPER_MAGIC,
					 CGROUP2_SUPER_MAGIC, DEBUGFS_MAGIC,
					 TRACEFS_MAGIC,	      SECURITYFS_MAGIC,
					 BPF_FS_MAGIC,	      PSTOREFS_MAGIC,
					 EFIVARFS_MAGIC,      SELINUX_MAGIC,
					 BINFMTFS_MAGIC,      0x62656570 /* configfs */ };
	struct statfs fs;

	if (fstatfs(fd, &fs) < 0)
		return false;
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if ((int64_t)fs.f_type == types[i])
			return true;
	return false;
}

static int compare(const void *a, const void *b)
{
	return strcmp(((const struct entry *)a)->name, ((const struct entry *)b)->name);
}

/* 0 or an errno. */
static int list(DIR *dir, struct listing *ret)
{
	struct dirent *entry;

	while ((errno = 0, entry = readdir(dir)) != NULL) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		ret->entries = make_room(ret->entries, ret->count, sizeof(*ret->entries));
		ret->entries[ret->count++] = (struct entry){
			.name = format_text("%s", entry->d_name),
			.type = entry->d_type,
		};
	}
	if (ret->count > 0)
		qsort(ret->entries, ret->count, sizeof(*ret->entries), compare);
	return errno;
}

static void walk_entry(struct scan *scan, const char *path, unsigned char type,
		       const struct level *above)
{
	if (type == DT_DIR) {
		walk_folder(scan, path, above, O_NOFOLLOW);
	} else if (type == DT_REG) {
		examine(scan, path, O_NOFOLLOW);
		scan->looked_at++;
		if (scan->looked_at % 256 == 0)
			show_progress(scan->progress, scan->looked_at, 0);
	}
}

/* For file systems that do not tell it, and without opening a device. */
static unsigned char find_type(struct scan *scan, const char *path, int flags)
{
	int fd = open_in_tree(scan, path, O_PATH | flags);
	struct stat st;
	int error = fd < 0 || fstat(fd, &st) < 0 ? errno : 0;

	if (fd >= 0)
		close(fd);
	if (error > 0) {
		cannot_read(scan, path, error);
		return DT_UNKNOWN;
	}
	return (unsigned char)IFTODT(st.st_mode);
}

static void walk_entries(struct scan *scan, const char *path, struct listing *listing,
			 const struct level *level)
{
	size_t len = strlen(path);
	const char *slash = len > 0 && path[len - 1] == '/' ? "" : "/";

	for (size_t i = 0; i < listing->count; i++) {
		struct entry *entry = &listing->entries[i];
		char *child = format_text("%s%s%s", path, slash, entry->name);

		if (entry->type == DT_UNKNOWN)
			entry->type = find_type(scan, child, O_NOFOLLOW);
		walk_entry(scan, child, entry->type, level);
		free(child);
		free(entry->name);
	}
	free(listing->entries);
}

/* A folder that is bound into itself has no end. */
static bool is_above(const struct level *level, dev_t dev, ino_t ino)
{
	for (; level; level = level->above)
		if (level->dev == dev && level->ino == ino)
			return true;
	return false;
}

/* NULL with errno 0 for what is to be left out. */
static DIR *open_folder(struct scan *scan, const char *path, const struct level *above, int flags,
			struct level *ret)
{
	int fd = open_in_tree(scan, path, O_RDONLY | O_DIRECTORY | flags);
	struct stat st;
	DIR *dir = NULL;
	int error;

	if (fd < 0)
		return NULL;
	error = fstat(fd, &st) < 0 ? errno : 0;
	if (error == 0 && !is_above(above, st.st_dev, st.st_ino) &&
	    !(above && above->dev != st.st_dev && is_no_place_for_programs(fd))) {
		*ret = (struct level){ above, st.st_dev, st.st_ino };
		dir = fdopendir(fd);
		error = dir ? 0 : errno;
	}
	if (!dir)
		close(fd);
	errno = error;
	return dir;
}

static void walk_folder(struct scan *scan, const char *path, const struct level *above, int flags)
{
	struct listing listing = { 0 };
	struct level level;
	DIR *dir = open_folder(scan, path, above, flags, &level);
	int error = dir ? list(dir, &listing) : errno;

	if (dir)
		closedir(dir);
	if (error > 0)
		cannot_read(scan, path, error);
	walk_entries(scan, path, &listing, &level);
}

void walk_path(struct scan *scan, const char *path)
{
	unsigned char type = find_type(scan, path, 0);

	if (type == DT_DIR)
		walk_folder(scan, path, NULL, 0);
	else if (type == DT_REG)
		examine(scan, path, 0);
}
