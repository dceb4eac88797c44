/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IPECTL_ENLIGHTEN_CHILD_H
#define IPECTL_ENLIGHTEN_CHILD_H

#include <stdbool.h>
#include <stddef.h>

/* What a child ends with that could not execute its program. */
#define CHILD_NOT_FOUND 127

struct child_result {
	/* As of waitpid(2). */
	int status;
	/* The start of what it printed, and the first line of that. */
	char output[16384];
	char line[200];
};

/*
 * Runs @act in a child, which is to execute a program, with no environment but PATH, nothing on
 * standard input, and its output read. It has two minutes. False with errno if it cannot be started.
 */
bool run_child(void (*act)(const void *argument), const void *argument, struct child_result *ret);

#endif
