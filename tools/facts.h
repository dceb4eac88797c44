/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IPECTL_FACTS_H
#define IPECTL_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

/*
 * What can be found out about one file. Every group has a fact or an error that says why it is
 * missing; none of them decides anything. An error is a negative errno, 0 is none.
 */

/* IPE_PASSED, 0 (not asked) or a negative errno. */
int probe_mmap(int fd);
int probe_exec(int fd);

struct libmnt_fs;
struct libmnt_table;

struct mount_facts {
	int error;
	/* NULL when there is an error; lives as long as @table. */
	struct libmnt_fs *fs;
	struct libmnt_table *table;
	/* From the kernel, whatever @error says. */
	bool noexec;
};

void collect_mount(int fd, struct mount_facts *ret);
void free_mount(struct mount_facts *mount);

enum overlay_layer {
	OVERLAY_NONE,
	OVERLAY_LOWER,
	OVERLAY_UPPER,
	OVERLAY_UNTOLD,
};

struct overlay_facts {
	enum overlay_layer layer;
	/* Where the file really is, or NULL; @real_fd is it open for reading, or -1. */
	char *real;
	int real_fd;
};

void collect_overlay(int fd, const struct stat *st, struct libmnt_fs *fs,
		     struct overlay_facts *ret);
void free_overlay(struct overlay_facts *overlay);

/* Takes the next layer from a list as in lowerdir=; false at its end. @ret is to be freed. */
bool next_layer(const char **list, char **ret);

struct fsverity_facts {
	/* -ENODATA: the file has none; -ENOTTY, -EOPNOTSUPP: its file system has none. */
	int error;
	/* A name as in IPE's policy language, or NULL for a number that is not known here. */
	const char *algorithm;
	size_t digest_size;
	uint8_t digest[64];
	/* 0: it has a built-in signature; -ENODATA: it has none; else it cannot be told. */
	int signature_error;
};

void collect_fsverity(int fd, struct fsverity_facts *ret);

enum dm_kind {
	/* Not on device-mapper at all. */
	DM_NONE,
	/* On device-mapper, but its target cannot be told. */
	DM_UNTOLD,
	/* On another target than verity. */
	DM_OTHER,
	DM_VERITY,
};

struct dm_facts {
	enum dm_kind kind;
	/* Why the table cannot be read. */
	int error;
	unsigned int major;
	unsigned int minor;
	char *name;
	/* Only for DM_VERITY with error 0. */
	char *algorithm;
	char *root_hash;
	bool signature;
};

void collect_dm(const struct stat *st, struct libmnt_fs *fs, struct dm_facts *ret);
void free_dm(struct dm_facts *dm);

/* Takes the facts from the parameters of a verity target; false if they are malformed. */
bool parse_verity_table(const char *parameters, struct dm_facts *ret);

#endif
