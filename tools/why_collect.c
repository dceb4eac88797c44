/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "status.h"
#include "why.h"

static void judge(struct why *why, int fd)
{
	int opened;

	if (S_ISREG(why->st.st_mode)) {
		why->error = ipe_check_fd(fd, &why->check);
		return;
	}
	/* Here ipe_check_fd() would answer for the code that a stream carries. */
	opened = ipe_open_code(AT_FDCWD, why->path, &why->check);
	if (opened >= 0)
		close(opened);
	else if (why->check.reason == IPE_REASON_UNDECIDED)
		why->error = opened;
}

static void collect_verity(struct why *why, int fd)
{
	int real_fd = why->overlay.layer == OVERLAY_NONE ? fd : why->overlay.real_fd;
	struct libmnt_fs *fs = why->mount.fs;
	struct stat st = why->st;

	if (why->overlay.layer != OVERLAY_NONE) {
		if (real_fd < 0 || fstat(real_fd, &st) < 0) {
			why->fsverity.error = -ENOLINK;
			why->dm = (struct dm_facts){ .kind = DM_UNTOLD, .error = -ENOLINK };
			return;
		}
		collect_mount(real_fd, &why->real_mount);
		fs = why->real_mount.fs;
	}
	collect_fsverity(real_fd, &why->fsverity);
	collect_dm(&st, fs, &why->dm);
}

static void collect_from(struct why *why, int fd, bool readable)
{
	bool regular = S_ISREG(why->st.st_mode);

	if (readable)
		judge(why, fd);
	/* To map a device may do something to it. */
	if (regular && readable)
		why->mmap_answer = probe_mmap(fd);
	if (regular)
		why->exec_answer = probe_exec(fd);
	collect_mount(fd, &why->mount);
	collect_overlay(fd, &why->st, why->mount.fs, &why->overlay);
	collect_verity(why, fd);
}

static bool is_permissive(void)
{
	struct ipe_facts ipe;
	bool result;

	collect_ipe(&ipe);
	result = ipe.present == YES && ipe.enforce == NO;
	free_ipe(&ipe);
	return result;
}

void collect_why(const char *path, struct why *ret)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	bool readable = fd >= 0;

	*ret = (struct why){ .path = path, .overlay.real_fd = -1 };
	ipe_query_restrictions(&ret->restrictions);
	if (!readable) {
		ret->error = -errno;
		fd = open(path, O_PATH | O_CLOEXEC);
	}
	if (fd < 0)
		return;
	ret->found = fstat(fd, &ret->st) == 0;
	if (ret->found)
		collect_from(ret, fd, readable);
	else if (readable)
		ret->error = -errno;
	close(fd);
	ret->permissive = is_permissive();
	conclude_why(ret);
}

static void free_list(struct list *list)
{
	while (list->count > 0)
		free(list->item[--list->count]);
}

void free_why(struct why *why)
{
	free_list(&why->refused_by);
	free_list(&why->rules);
	free_list(&why->remedies);
	free_dm(&why->dm);
	free_overlay(&why->overlay);
	free_mount(&why->real_mount);
	free_mount(&why->mount);
}

const char *file_type_name(mode_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFREG:
		return "regular";
	case S_IFDIR:
		return "directory";
	case S_IFIFO:
		return "fifo";
	case S_IFSOCK:
		return "socket";
	case S_IFCHR:
		return "character-device";
	case S_IFBLK:
		return "block-device";
	default:
		return "other";
	}
}

const char *overlay_layer_name(enum overlay_layer layer)
{
	switch (layer) {
	case OVERLAY_NONE:
		return "none";
	case OVERLAY_LOWER:
		return "lower";
	case OVERLAY_UPPER:
		return "upper";
	case OVERLAY_UNTOLD:
	default:
		return "unknown";
	}
}
