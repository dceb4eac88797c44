/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "../output.h"
#include "run.h"

/* Folders of PATH that are remembered, for /bin is often /usr/bin. */
#define TRIED_MAX 32

static bool lacks_permission(const char *path)
{
	struct statvfs fs;
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode) && !(st.st_mode & 0111) &&
	       statvfs(path, &fs) == 0 && !(fs.f_flag & ST_NOEXEC);
}

static const char *advice(int error, const char *path)
{
	if (error == EACCES && lacks_permission(path))
		return "give it execute permission with chmod(1), or name its interpreter";
	switch (error) {
	case ENOENT:
		return "correct the name, or install the interpreter that its first line names";
	case EACCES:
	case EPERM:
		return "'ipectl why' says whether the policy, the mount or the mode refuses it";
	default:
		return error_advice(error);
	}
}

static bool is_among(const struct stat *tried, size_t count, const struct stat *st)
{
	for (size_t i = 0; i < count; i++)
		if (tried[i].st_dev == st->st_dev && tried[i].st_ino == st->st_ino)
			return true;
	return false;
}

static bool goes_on(int error)
{
	return error == ENOENT || error == ENOTDIR || error == EACCES || error == ESTALE ||
	       error == ENODEV || error == ETIMEDOUT;
}

/*
 * As execvp(3), but a file that is reached twice is executed once, or a supervisor refuses it twice.
 * Returns only an errno.
 */
static int execute_on_path(char *const argv[], const char *folders)
{
	struct stat tried[TRIED_MAX], st;
	size_t count = 0;
	char path[PATH_MAX];
	int error = ENOENT;

	for (;; folders++) {
		size_t len = strcspn(folders, ":");

		if (snprintf(path, sizeof(path), "%.*s%s/%s", (int)len, folders, len ? "" : ".",
			     argv[0]) < (int)sizeof(path) &&
		    stat(path, &st) == 0 && !is_among(tried, count, &st)) {
			execvp(path, argv);
			error = error == EACCES && goes_on(errno) ? EACCES : errno;
			if (!goes_on(error))
				return error;
			if (count < TRIED_MAX)
				tried[count++] = st;
		}
		folders += len;
		if (!*folders)
			return error;
	}
}

static int execute(char *const argv[])
{
	const char *folders = getenv("PATH");

	if (folders && argv[0][0] && !strchr(argv[0], '/'))
		return execute_on_path(argv, folders);
	execvp(argv[0], argv);
	return errno;
}

int become(char *const argv[])
{
	int error = execute(argv);

	fputs("ipectl: run: cannot run '", stderr);
	print_escaped(stderr, argv[0], strlen(argv[0]));
	fprintf(stderr, "': %s; %s\n", strerror(error), advice(error, argv[0]));
	return error == ENOENT ? RUN_NOT_FOUND : RUN_REFUSED;
}
