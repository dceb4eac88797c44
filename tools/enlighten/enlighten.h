/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IPECTL_ENLIGHTEN_H
#define IPECTL_ENLIGHTEN_H

#include <limits.h>
#include <stdbool.h>
#include <sys/stat.h>

#include "layout.h"

/* What the command line asks for. */
struct request {
	/* The root of the image, or AT_FDCWD for this machine. */
	int root;
	/* Each may be NULL: the shim's path in the image, a profile's here, and a name. */
	const char *shim;
	const char *profile;
	const char *interpreter;
};

/* A file on its way to its new content. All functions return false after having complained. */
struct change {
	const struct request *request;
	/* As it was given; then the folder that it is in and its name there, without symbolic links. */
	const char *name;
	int folder;
	char last[NAME_MAX + 1];
	int fd;
	struct stat st;
	struct image image;
	struct tables tables;
	/* What it is to become. */
	struct image new_image;
	/* The new file, in the same folder; empty while there is none. */
	char new_name[NAME_MAX + 1];
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

enum outcome open_program(const char *name, const struct request *request, struct change *ret);
void close_program(struct change *change);
/* Whether it is enlightened, as the file says. */
bool has_shim(const struct change *change);
/* Whether what an enlightened program needs is there as well. */
bool finds_shim(const struct change *change);
enum outcome change_program(struct change *change, bool enlighten);

/* root.c: in the image, the folder of what a path leads to in the end, and its name there. */
int open_folder(int root, const char *path, char ret_last[static NAME_MAX + 1]);

/* shim_file.c: the path of the shim in the image, if the file there is one that fits; else NULL. */
const char *find_shim(const struct change *change);
bool is_shim_there(const struct change *change, const char *path);

/* profile_note.c: what the request asks to add; to be freed. */
bool read_additions(const struct change *change, struct additions *ret);
void free_additions(struct additions *additions);

/* copy.c: a file that nobody else can open, and what the original has beside its content. */
bool make_file(struct change *change, const struct image *content);
bool remove_file(struct change *change);
bool copy_attributes(const struct change *change);

/* trial.c: whether the program gets to its start, and with the shim if it is to have it. */
bool try_program(struct change *change, bool enlightened);

/* hostile.c: whether it does so where others would rather have it start without the shim. */
enum verdict {
	/* It starts with the shim or not at all. */
	VERDICT_HOLDS,
	/* It does not; this has been said. */
	VERDICT_FAILS,
	/* This cannot be tried here; why has been said. */
	VERDICT_UNKNOWN,
};
enum verdict try_hostile(const struct change *change);

/* "ipectl: enlighten: 'NAME': WHAT" on standard error. */
void complain_of(const struct change *change, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
