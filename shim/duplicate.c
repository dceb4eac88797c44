/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* dup2(2) onto standard input, for shells whose script is there: "exec <&N", "exec </dev/tcp/...". */
#include <errno.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../libipe-enlighten/raw.h"
#include "shim.h"

/* What a child has on standard input is no script of this shell's. */
static bool becomes_the_script(int from, int to)
{
	return to == STDIN_FILENO && from != to && ipe_shim.script_reader != 0 &&
	       ipe_raw(SYS_getpid, 0, 0, 0, 0, 0, 0) == ipe_shim.script_reader;
}

static int duplicate(int from, int to, int flags)
{
	long ret;

	if (becomes_the_script(from, to) && !ipe_host_allows_stdin(from, "standard input")) {
		errno = EACCES;
		return -1;
	}
	ret = ipe_raw(SYS_dup3, from, to, flags, 0, 0, 0);
	if (ret >= 0)
		return (int)ret;
	errno = (int)-ret;
	return -1;
}

IPE_WRAPPER(int, dup3, int from, int to, int flags)
{
	return duplicate(from, to, flags);
}

/* dup3(2) refuses what dup2(2) only looks at. */
IPE_WRAPPER(int, dup2, int from, int to)
{
	long ret;

	if (from != to)
		return duplicate(from, to, 0);
	ret = ipe_raw(SYS_fcntl, from, F_GETFD, 0, 0, 0, 0);
	if (ret >= 0)
		return to;
	errno = (int)-ret;
	return -1;
}
