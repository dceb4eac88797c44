/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* IPE's files and executable mappings, with errors as negative numbers. */
#ifndef SECURITYFS_H
#define SECURITYFS_H

#include <stdbool.h>
#include <stddef.h>

#define IPE "/sys/kernel/security/ipe/"

/* When the test itself does not work. */
void give_up(const char *what) __attribute__((noreturn));

struct policy_file {
	void *data;
	size_t size;
};

/* DIRECTORY/NAME, whole; ends the program without it. */
struct policy_file read_policy(const char *directory, const char *name);

/* In one write; PATH is made by printf() and stands below IPE. */
int ipe_write(const void *data, size_t size, const char *path, ...)
	__attribute__((format(printf, 3, 4)));
int ipe_load(const struct policy_file *policy);
int ipe_update(const char *name, const struct policy_file *policy);
int ipe_activate(const char *name);
int ipe_delete(const char *name);
int ipe_enforce(bool enforce);

/* A file below IPE as a string, without its line end; its length or an error. */
int ipe_read(char *text, size_t size, const char *path, ...) __attribute__((format(printf, 3, 4)));

/* What a process can do to get executable memory. */
enum way {
	WAY_MMAP,
	WAY_MPROTECT,
	WAY_COUNT,
};

/* Of a file, or anonymous for -1; the memory is given back. 0 or an error. */
int map_executable(int fd, enum way way);

/* An open descriptor; ends the program without it. */
int open_subject(const char *path);

#endif
