/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The steps of 'ipectl run', which all end in the same process, where the command takes its place. */
#ifndef IPECTL_RUN_H
#define IPECTL_RUN_H

#include <stdbool.h>

/* What env(1) and the shells answer with. */
enum run_status {
	RUN_REFUSED = 126,
	RUN_NOT_FOUND = 127,
};

struct run_options {
	bool supervise;
	bool all;
	bool check_children;
	bool restrict_file;
	bool deny_interactive;
	bool no_jit;
};

/* Sets and locks the securebits; complains and returns false if the kernel does not. */
bool lock_securebits(bool restrict_file, bool deny_interactive);

/* From here on this process gains no executable memory but that of files; false if it complained. */
bool forbid_new_code(void);

/* From here on a supervisor opens files for this process; false if it complained. */
bool start_supervisor(bool all);

/*
 * The program that takes this process's place must say that the shim is up, and with @children all that
 * it starts must have it; false if it complained.
 */
bool start_handshake(bool children);

/* From here on this process has no child that a tracer does not see; false if it complained. */
bool forbid_untraced_children(void);

/* Whether an interpreter with this file name, with or without a version, is known. */
bool may_have_code(const char *program);
/* What it is called without a version; never freed, and followed by a blank or a NUL. */
const char *interpreter_name(const char *program);
/* Whether both are names of the same one. */
bool are_same_interpreter(const char *one, const char *other);

/* Returns only an exit status, having complained. */
int become(char *const argv[]);

#endif
