/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IPECTL_RUN_SCRIPT_H
#define IPECTL_RUN_SCRIPT_H

#include <stdbool.h>

#include "process_words.h"

/* As much as the kernel reads of a script. */
#define SCRIPT_HEAD 256

/* The first line of a script. */
struct script {
	char head[SCRIPT_HEAD];
	const char *interpreter;
	/* NULL if it has none. */
	const char *argument;
};

/* As the kernel reads @ret->head; false if it is no script. */
bool parse_script(struct script *ret);

/*
 * Makes of a script's arguments those of its interpreter, which finds the script at @path. False for
 * want of memory.
 */
bool take_interpreter(struct words *arguments, const struct script *script, const char *path);

#endif
