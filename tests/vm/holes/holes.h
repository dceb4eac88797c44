/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef HOLES_H
#define HOLES_H

#include <stddef.h>

/* The code of code.S, and how much room it needs at most. */
extern const char code_start[], code_end[];
#define PAGE 4096

struct exploit {
	const char *name;
	/* @path: a file that the policy trusts. Returns only if it did all that it can. */
	void (*attempt)(const char *path);
};

/* Each ends with an entry without a name. */
extern const struct exploit private_exploits[], writable_exploits[], forced_exploits[],
	brk_exploits[], fault_exploits[], volume_exploits[];

/* Ends the attempt: the kernel has refused the step that the hole is about, with errno. */
void refused(const char *step) __attribute__((noreturn));

/* Ends the attempt: a step failed that has nothing to do with the hole. */
void broken(const char *step) __attribute__((noreturn));

void *map_file(const char *path, int prot, int flags);
size_t code_size(void);
void put_code(void *where);
void run_code(void *where);

/* For what has to be prepared before something else happens. */
void wait_until_told(void);

/* Writes the code at @where of process @pid through /proc/PID/mem. */
void put_code_through_mem(int pid, void *where);

#endif
