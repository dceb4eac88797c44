/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IPECTL_ENLIGHTEN_TRIAL_H
#define IPECTL_ENLIGHTEN_TRIAL_H

#include "child.h"
#include "enlighten.h"

/* What the child ends with if the program does not get to run; a loader that fails says 127. */
enum {
	CHILD_FOREIGN = 126,
	CHILD_NO_ROOT = 125,
	CHILD_NO_MOUNTS = 124,
	CHILD_NOT_EXECUTED = 123,
};

struct trial {
	const struct change *change;
	/* What the shim writes to when it has come up. */
	int answer[2];
	/* hostile.c: what is put in its way. */
	const struct obstacle *obstacle;
	const struct image *content;
};

bool open_trial(struct trial *trial);
void close_trial(struct trial *trial);
bool has_answered(const struct trial *trial);

/* A copy that ends at its first instruction; false if it has none. */
bool make_trial(const struct image *image, struct image *ret);

/* Whether its loader is there. */
bool may_run_here(const struct change *change);

/* For the child. */
_Noreturn void start_program(const struct trial *trial, const char *name);
_Noreturn void say_and_exit(int status, const char *what);

/* What the child said, or how it ended. */
void explain(const struct child_result *result, char *ret, size_t size);

#endif
