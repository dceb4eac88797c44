/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Judges standard input as early as a preloaded object can and ends the process with the reason. */
#include <ipe-enlighten.h>
#include <unistd.h>

__attribute__((constructor(101))) static void judge(void)
{
	struct ipe_check check;

	if (ipe_check_fd(STDIN_FILENO, &check) < 0)
		_exit(1);
	_exit(64 + (int)check.reason);
}
