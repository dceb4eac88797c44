/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Of a machine whose breakpoints and registers are not known here. */
#include <errno.h>

#include "trace.h"

const bool can_stop_programs = false;

int get_instruction(pid_t pid, unsigned long *ret)
{
	(void)pid;
	*ret = 0;
	return -ENOSYS;
}

int put_breakpoint(pid_t pid, unsigned long address, long *ret_before)
{
	(void)pid;
	(void)address;
	*ret_before = 0;
	return -ENOSYS;
}

bool is_at_breakpoint(pid_t pid, unsigned long address)
{
	(void)pid;
	(void)address;
	return false;
}

int take_breakpoint(pid_t pid, unsigned long address, long before)
{
	(void)pid;
	(void)address;
	(void)before;
	return -ENOSYS;
}

int make_exit(pid_t pid, unsigned long address, int status)
{
	(void)pid;
	(void)address;
	(void)status;
	return -ENOSYS;
}
