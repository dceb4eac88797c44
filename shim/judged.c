/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "judged.h"

#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/syscall.h>

#include "../libipe-enlighten/raw.h"
#include "ipe-enlighten.h"
#include "room.h"
#include "text.h"

/* Each with a NUL behind it. */
static char paths[IPE_JUDGED_MAX] IPE_ROOM;
static size_t paths_len;

bool ipe_judged_load(void)
{
	struct ipe_check check;

	return ipe_list_judged(paths, sizeof(paths), &paths_len, &check) == 0 &&
	       check.verdict == IPE_ALLOW;
}

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

	return real_path(fd, real, sizeof(real)) && is_listed(real);
}

bool ipe_judged_has_any(void)
{
	return paths_len > 0;
}

bool ipe_judged_has(int fd, const char *path)
{
	return paths_len > 0 && (is_listed(path) || is_listed_really(fd));
}
