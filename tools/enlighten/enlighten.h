/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IPECTL_ENLIGHTEN_H
#define IPECTL_ENLIGHTEN_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

#define NEEDED_MAX 512

/* What the dynamic loader reads of a program. */
struct program {
	/* Each to be freed. */
	char *interpreter;
	char *needed[NEEDED_MAX];
	size_t needed_count;
};

/*
 * elf.c: 0, or a negative errno with *@ret_problem what is wrong with the file and what to do, or NULL
 * if the errno says it. -EINVAL is a file that cannot be enlightened, -EBADMSG one that is malformed.
 */
int read_program(int fd, struct program *ret, const char **ret_problem);
void free_program(struct program *program);

/* Whether the shim is loaded before the C library. */
bool is_enlightened(const struct program *program);

/* Whether they differ in nothing but that @with needs the shim first. */
bool differ_by_shim(const struct program *with, const struct program *without);

/* A file on its way to its new content. All functions return false after having complained. */
struct change {
	/* As it was given, and without symbolic links. */
	const char *name;
	char *path;
	int fd;
	struct stat st;
	struct program program;
	/* The new file, in the same folder; NULL while there is none. */
	char *new_path;
	int new_fd;
};

/* replace.c */
enum outcome {
	OUTCOME_DONE,
	OUTCOME_NOTHING_TO_DO,
	/* The program is not one that can be enlightened. */
	OUTCOME_REFUSED,
	OUTCOME_FAILED,
};

enum outcome open_program(const char *name, struct change *ret);
void close_program(struct change *change);
enum outcome change_program(struct change *change, bool enlighten);

/* copy.c: a copy that nobody else can open, and what the original has beside its content. */
bool make_copy(struct change *change);
bool copy_attributes(const struct change *change);

/* patchelf.c */
bool run_patchelf(const struct change *change, bool enlighten);

/* trial.c: the loader's own word on the new file, and whether the program gets to its start. */
bool try_program(const struct change *change, bool enlightened);

/* "ipectl: enlighten: 'NAME': WHAT" on standard error. */
void complain_of(const struct change *change, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
