/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "judged.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/syscall.h>

#include "../libipe-enlighten/raw.h"
#include "ipe-enlighten.h"
#include "room.h"
#include "text.h"

/* Each with a NUL behind it: as they are configured, and then what they lead to. */
static char paths[4 * IPE_JUDGED_MAX] IPE_ROOM;
static size_t paths_len;

static bool is_listed(const char *path)
{
	for (size_t at = 0; at < paths_len; at += strlen(&paths[at]) + 1) {
		size_t len = strlen(&paths[at]);
		bool is_folder = paths[at + len - 1] == '/';

		if (strncmp(path, &paths[at], len) == 0 && (is_folder || !path[len]))
			return true;
	}
	return false;
}

/* The path of what was opened, whatever it was called. */
static bool real_path(int fd, char *buf, size_t size)
{
	char room[32];
	struct ipe_text link = { room, sizeof(room) - 1, 0 };
	long len;

	ipe_text_add(&link, "/proc/self/fd/");
	ipe_text_add_number(&link, (unsigned long)fd);
	room[link.len] = '\0';
	len = ipe_raw(SYS_readlinkat, AT_FDCWD, (long)room, (long)buf, (long)size - 1, 0, 0);
	if (len < 0)
		return false;
	buf[len] = '\0';
	return true;
}

/* Apart, so that only programs with such files need the room on their stacks. */
__attribute__((noinline)) static bool is_listed_really(int fd)
{
	char real[PATH_MAX];

	/* Without /proc nobody can tell. */
	return !real_path(fd, real, sizeof(real)) || is_listed(real);
}

/* Nothing is there, or nothing that this user can open by that path. */
static bool leads_nowhere(long error)
{
	return error == -ENOENT || error == -ENOTDIR || error == -EACCES || error == -ELOOP ||
	       error == -ENAMETOOLONG;
}

/* What the path at @at, of @len bytes, leads to, behind all others. False if that cannot be found out. */
static bool add_real(size_t at, size_t len)
{
	static char real[PATH_MAX + 1] IPE_ROOM;
	long fd = ipe_raw(SYS_openat, AT_FDCWD, (long)&paths[at], O_PATH | O_CLOEXEC, 0, 0, 0);
	bool is_known;
	size_t real_len;

	if (fd < 0)
		return leads_nowhere(fd);
	is_known = real_path((int)fd, real, PATH_MAX);
	ipe_raw(SYS_close, fd, 0, 0, 0, 0, 0);
	if (!is_known)
		return false;
	real_len = strlen(real);
	if (paths[at + len - 1] == '/' && real[real_len - 1] != '/')
		real[real_len++] = '/';
	real[real_len] = '\0';
	if (is_listed(real))
		return true;
	if (real_len >= sizeof(paths) - paths_len)
		return false;
	memcpy(&paths[paths_len], real, real_len + 1);
	paths_len += real_len + 1;
	return true;
}

bool ipe_judged_load(void)
{
	struct ipe_check check;
	size_t typed;

	if (ipe_list_judged(paths, sizeof(paths), &paths_len, &check) != 0 ||
	    check.verdict != IPE_ALLOW)
		return false;
	typed = paths_len;
	for (size_t at = 0, len; at < typed; at += len + 1) {
		len = strlen(&paths[at]);
		if (!add_real(at, len))
			return false;
	}
	return true;
}

bool ipe_judged_has_any(void)
{
	return paths_len > 0;
}

bool ipe_judged_has(int fd, const char *path)
{
	return paths_len > 0 && (is_listed(path) || is_listed_really(fd));
}
