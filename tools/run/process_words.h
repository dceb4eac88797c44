/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Arguments and environments of processes, from /proc and from their memory. */
#ifndef IPECTL_RUN_PROCESS_WORDS_H
#define IPECTL_RUN_PROCESS_WORDS_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* As often as the kernel goes from a script to its interpreter. */
#define WORDS_FRONT_MAX 6

struct words {
	char *text;
	/* Ends with a NULL that @count does not count. */
	char **list;
	int count;
	/* Texts that were put in front. */
	char *front[WORDS_FRONT_MAX];
	int front_count;
};

/* From a file such as /proc/PID/cmdline. */
bool read_words(int proc, const char *name, struct words *ret);

/*
 * From an array of pointers in the memory of a thread, each of which is @width bytes wide. 0 or a
 * negative errno, as execve(2) would return it.
 */
int read_words_of_memory(pid_t tid, uint64_t array, size_t width, struct words *ret);

void free_words(struct words *words);

/* What a link of /proc leads to. */
bool read_name(const char *link, char ret[static PATH_MAX]);

/* Whether the program is a dynamic loader, which as a program runs another. */
bool is_loader(const char *program);

/* The number of bytes read, which is less than asked for where the memory ends, or a negative errno. */
ssize_t read_memory(pid_t tid, uint64_t address, void *buf, size_t size);

#endif
