/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a file is that is executed, which does not rest on its name: whoever mounts it chooses that. */
#ifndef IPECTL_RUN_PROGRAM_H
#define IPECTL_RUN_PROGRAM_H

#include <limits.h>
#include <stdbool.h>
#include <sys/types.h>

#include "code_sources.h"
#include "process_words.h"
#include "supervisor.h"

struct program {
	/* The path of its file, or the name of the interpreter that was found in it. */
	char name[PATH_MAX];
	/* Its file is mounted alone or cannot be read to its end, and no interpreter was found in it. */
	bool unknown;
};

/* Of an open file, which may be open for its path alone; 0 or a negative errno. */
int look_at_program(int fd, struct program *ret);

/* Of the one that an argument of a thread names, by its name alone if there is none. */
void look_at_argument(const struct request *request, const char *argument, struct program *ret);

/* Reads what is open for its path alone, if it is a regular file: a descriptor or a negative errno. */
int open_again(int fd);

/*
 * signatures.c: the interpreter that is in a file, or NULL if none is known there; 0, or a negative errno
 * if the file was not read to its end.
 */
int find_signature(int fd, off_t size, const char **ret);
/* evidence.c: whether a program has that text where nothing can be written. False if that cannot be told. */
bool has_text(int fd, const char *text);

/* Where it has its code from; everywhere, if it is unknown. */
void find_sources_of(const struct program *program, const struct words *arguments,
		     const struct words *environment, struct code_sources *ret);

#endif
