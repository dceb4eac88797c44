/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The C library's own functions, where a system call cannot stand in for them. */
#ifndef IPE_SHIM_NEXT_H
#define IPE_SHIM_NEXT_H

#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <wordexp.h>

typedef int ipe_spawn(pid_t *ret_pid, const char *path, const posix_spawn_file_actions_t *actions,
		      const posix_spawnattr_t *attributes, char *const argv[], char *const envp[]);

struct ipe_next {
	void *(*dlopen)(const char *path, int flags);
	FILE *(*fopen)(const char *path, const char *mode);
	FILE *(*freopen)(const char *path, const char *mode, FILE *stream);
	int (*execvpe)(const char *file, char *const argv[], char *const envp[]);
	ipe_spawn *posix_spawn;
	ipe_spawn *posix_spawnp;
	FILE *(*popen)(const char *command, const char *mode);
	int (*system)(const char *command);
	int (*sigaction)(int number, const struct sigaction *action, struct sigaction *ret_old);
	char *(*realpath)(const char *path, char *ret_resolved);
	char *(*realpath_checked)(const char *path, char *ret_resolved, size_t size);
	int (*wordexp)(const char *words, wordexp_t *ret, int flags);
};

/* Found by the constructor, or here if a wrapper is called before that. */
const struct ipe_next *ipe_next(void);

#endif
