/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The file that binds the keys of a prompt to text, which readline opens by its name when its module is
 * loaded. It is led to the descriptor that was judged, or to an empty file.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "launcher.h"

#define VARIABLE "INPUTRC"
#define NOTHING	 "/dev/null"

static int open_keys(const char *path)
{
	return open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
}

/* The first that readline would find: by the variable, in the home directory, the system's. */
static int find_keys(char *ret_path, size_t size)
{
	const char *chosen = getenv(VARIABLE), *home = getenv("HOME");
	int fd = -1;

	if (chosen && *chosen) {
		snprintf(ret_path, size, "%s", chosen);
		return open_keys(chosen);
	}
	if (home && (size_t)snprintf(ret_path, size, "%s/.inputrc", home) < size)
		fd = open_keys(ret_path);
	if (fd < 0)
		fd = open_keys("/etc/inputrc");
	return fd;
}

static bool allows(int fd, const char *path)
{
	struct ipe_check check = { 0 };
	int error = ipe_check_fd(fd, &check);

	if (error == 0 && check.verdict == IPE_ALLOW)
		return true;
	if (error == 0)
		ipe_tell_refused(path, &check);
	return false;
}

/* What the variable was, for what is started from here on. */
static struct {
	bool is_ours;
	char *value;
} before;

int ipe_judge_keys(void)
{
	char path[4096] = "/etc/inputrc", judged[32] = NOTHING;
	const char *chosen = getenv(VARIABLE);
	int fd;

	before.value = chosen ? strdup(chosen) : NULL;
	if (chosen && !before.value)
		return -1;
	before.is_ours = true;
	fd = find_keys(path, sizeof(path));
	if (fd >= 0 && allows(fd, path))
		snprintf(judged, sizeof(judged), "/proc/self/fd/%d", fd);
	else if (fd >= 0)
		close(fd);
	return setenv(VARIABLE, judged, 1);
}

int ipe_restore_keys(void)
{
	if (!before.is_ours)
		return 0;
	before.is_ours = false;
	return before.value ? setenv(VARIABLE, before.value, 1) : unsetenv(VARIABLE);
}
