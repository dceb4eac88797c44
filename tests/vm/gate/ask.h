/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef ASK_H
#define ASK_H

#include <ipe-enlighten.h>
#include <stdbool.h>
#include <sys/types.h>

/* A file to be judged: the one at @path or, if @memfd, a copy of it in memory. */
struct subject {
	const char *path;
	mode_t mode;
	bool memfd;
	bool sealed;
};

enum way {
	WAY_CHECK_FD,
	WAY_OPEN_CODE,
	WAY_LOAD_FD,
	WAYS,
};

/* What the library says, by each of its ways in. */
struct asked {
	pid_t pid;
	int ret[WAYS];
	struct ipe_check check[WAYS];
};

#define EXECUTED (-1)

/* What the kernel does: 0 or an errno; for an execution EXECUTED or an errno. */
struct observed {
	int map_private;
	int map_shared;
	int mprotect;
	int execute;
};

/* Both act as user @uid, in a process of its own. */
struct asked ask_library(const struct subject *subject, uid_t uid);
struct observed observe_kernel(const struct subject *subject, uid_t uid);

#endif
