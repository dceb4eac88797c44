/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Breakpoints of x86-64. A program of 32 bits is never stopped for more than to make it exit. */
#include <errno.h>
#include <stddef.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>

#include "trace.h"

/* int3, and the two bytes of syscall and of int 0x80. */
#define BREAKPOINT	  0xccL
#define BREAKPOINT_LENGTH 1
#define SYSCALL_64	  0x050fL
#define SYSCALL_32	  0x80cdL
/* The code segment of 32-bit programs, and their number of exit_group(2). */
#define CODE_SEGMENT_32 0x23
#define EXIT_GROUP_32	252

const bool can_stop_programs = true;

static int get_registers(pid_t pid, struct user_regs_struct *ret)
{
	return ptrace(PTRACE_GETREGS, pid, 0, ret) == 0 ? 0 : -errno;
}

static int put_bytes(pid_t pid, unsigned long address, long bytes, long mask, long *before)
{
	long word;

	errno = 0;
	word = ptrace(PTRACE_PEEKTEXT, pid, address, 0);
	if (errno)
		return -errno;
	if (before)
		*before = word;
	return ptrace(PTRACE_POKETEXT, pid, address, (word & ~mask) | bytes) == 0 ? 0 : -errno;
}

int get_instruction(pid_t pid, unsigned long *ret)
{
	struct user_regs_struct registers;
	int error = get_registers(pid, &registers);

	*ret = error == 0 ? registers.rip : 0;
	return error;
}

int put_breakpoint(pid_t pid, unsigned long address, long *ret_before)
{
	return put_bytes(pid, address, BREAKPOINT, 0xff, ret_before);
}

bool is_at_breakpoint(pid_t pid, unsigned long address)
{
	unsigned long next;

	return get_instruction(pid, &next) == 0 && next == address + BREAKPOINT_LENGTH;
}

int take_breakpoint(pid_t pid, unsigned long address, long before)
{
	if (ptrace(PTRACE_POKETEXT, pid, address, before) < 0)
		return -errno;
	return ptrace(PTRACE_POKEUSER, pid, offsetof(struct user, regs.rip), address) == 0 ? 0
											   : -errno;
}

int make_exit(pid_t pid, unsigned long address, int status)
{
	struct user_regs_struct registers;
	int error = get_registers(pid, &registers);
	bool is_32 = registers.cs == CODE_SEGMENT_32;

	if (error == 0)
		error = put_bytes(pid, address, is_32 ? SYSCALL_32 : SYSCALL_64, 0xffff, NULL);
	if (error < 0)
		return error;
	registers.rip = address;
	registers.orig_rax = (unsigned long long)-1;
	registers.rax = is_32 ? EXIT_GROUP_32 : SYS_exit_group;
	registers.rdi = (unsigned long long)status;
	registers.rbx = (unsigned long long)status;
	return ptrace(PTRACE_SETREGS, pid, 0, &registers) == 0 ? 0 : -errno;
}
