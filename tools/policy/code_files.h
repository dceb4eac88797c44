/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IPECTL_POLICY_CODE_FILES_H
#define IPECTL_POLICY_CODE_FILES_H

#include "core/policy.h"

#define DIGEST_MAX 64

/* A file that may be code, and what was found out about it. */
struct code_file {
	/* Owned; below @root if that is not AT_FDCWD. */
	char *path;
	int root;
	/* By measure_files(): IPE_OP_COUNT for a file that is not code. */
	unsigned int op;
	/* By measure_files(): a regular file that is not code. */
	bool left_out;
	uint8_t digest[DIGEST_MAX];
	/* An errno, or 0. */
	int error;
};

struct code_files {
	struct code_file *item;
	size_t count;
	/* The descriptor of --root, or AT_FDCWD. */
	int root;
};

/*
 * Add the regular files below a directory, or those of a Debian package, below the root directory
 * @root. They complain and return false if it cannot be done.
 */
bool list_directory(const char *path, struct code_files *files);
bool list_package(const char *package, const char *root, struct code_files *files);

void add_code_file(struct code_files *files, int root, const char *path);
void free_code_files(struct code_files *files);

struct measure_options {
	/* As libfsverity numbers them. */
	uint32_t algorithm;
	/* Take every file for code. */
	bool all;
};

/*
 * Tells which files are code, and computes the fs-verity digests of those, on all processors; with
 * a progress bar if standard error is a terminal. Complains of each file that cannot be read and
 * returns false if there was one.
 */
bool measure_files(struct code_files *files, const struct measure_options *options);

/* Says on standard error how many files are not code, by suffix; nothing if all are. */
void tell_left_out(const struct code_files *files);

#endif
