/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IPECTL_RUN_TRACE_H
#define IPECTL_RUN_TRACE_H

#include <stdbool.h>
#include <sys/types.h>

/* A file as /proc/PID/maps names it. */
struct file_in_memory {
	char name[40];
};

/* in_memory.c: what the kernel would call the file at @path there; false if it cannot be mapped. */
bool find_in_memory(const char *path, struct file_in_memory *ret);

/* Whether a process has it mapped to be executed. */
bool has_in_memory(pid_t pid, const struct file_in_memory *file);

/* Traces a process, and, with @children, all that it starts; they end with the tracer. */
int begin_trace(pid_t pid, bool children);

/*
 * Follows it through execve(2) to the first instruction of the program. If the shim has not written to
 * @answer by then, or never will, the program ends there, with the reason on standard error and exit
 * status 126. If it has, the program goes on, and all that it starts must have @shim mapped likewise if
 * that is not NULL.
 */
_Noreturn void trace_until_started(pid_t pid, int answer, const struct file_in_memory *shim);

/* Tells standard error. */
void explain_not_run(const char *path, const char *why);

/* Of the signals that stop a process. */
bool is_stopping(int signal);

/* children.c: goes on with a trace until nobody is left who is traced. */
_Noreturn void follow_children(const struct file_in_memory *shim);

/* started.c: what the kernel says of a program that was just executed. */
struct started {
	unsigned long entry;
	/* Why the shim cannot come up in it, and what to do; NULL if it can. */
	const char *obstacle;
	char path[4096];
};

/* 0 or a negative errno. */
int look_at_started(pid_t pid, struct started *ret);

/* machine_*.c: what differs from machine to machine. 0 or a negative errno each. */

extern const bool can_stop_programs;

/* Where its next instruction is. */
int get_instruction(pid_t pid, unsigned long *ret);

/* Puts an instruction there that stops it, and gives what was there. */
int put_breakpoint(pid_t pid, unsigned long address, long *ret_before);

/* Whether it was that instruction that stopped it. */
bool is_at_breakpoint(pid_t pid, unsigned long address);

/* Puts back what was there, and lets it go on from there. */
int take_breakpoint(pid_t pid, unsigned long address, long before);

/* Has it call exit_group(2) instead of going on at the breakpoint. */
int make_exit(pid_t pid, unsigned long address, int status);

#endif
