/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the adapters' hooks call. */
#include <errno.h>
#include <string.h>

#include "shim.h"

static bool obey(int error, const struct ipe_check *check, const char *what, bool is_file)
{
	if (error == 0 && check->verdict == IPE_ALLOW)
		return true;
	if (is_file)
		ipe_shim_report(what, check->reason, "");
	else
		ipe_shim_report_inline(what, check->reason);
	errno = EACCES;
	return false;
}

bool ipe_host_allows_fd(int fd, const char *what)
{
	struct ipe_check check = { 0 };

	return obey(ipe_check_fd(fd, &check), &check, what, true);
}

bool ipe_shim_allows_descriptor(int fd)
{
	struct ipe_check check = { 0 };
	int error;

	if (ipe_shim_holds_no_code(fd))
		return true;
	error = ipe_check_fd(fd, &check);
	/* There is nothing to be read from it. */
	return error == -EBADF || obey(error, &check, "an inherited descriptor", false);
}

bool ipe_host_allows_stdin(int fd, const char *what)
{
	struct ipe_check check = { 0 };
	int error;

	if (ipe_shim_holds_no_code(fd))
		return true;
	error = ipe_check_stdin(fd, &check);
	/* There is nothing to be read from it. */
	return error == -EBADF || obey(error, &check, what, false);
}

bool ipe_host_allows_inline(const char *what)
{
	struct ipe_check check = { 0 };

	return obey(ipe_check_inline(&check), &check, what, false);
}

bool ipe_host_has_suffix(const char *path, const char *suffix)
{
	const char *dot = strrchr(path, '.');

	return dot && strcmp(dot + 1, suffix) == 0;
}
