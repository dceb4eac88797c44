/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The supervisor opens files in the place of processes that ask the kernel to open them, judges what
 * it opened, and hands over that same descriptor. It reads a path once, out of the memory of a
 * thread that waits, so nothing can be swapped between check and use.
 */
#ifndef IPECTL_RUN_SUPERVISOR_H
#define IPECTL_RUN_SUPERVISOR_H

#include <limits.h>
#include <linux/openat2.h>
#include <linux/seccomp.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "ipe-enlighten.h"

/* The namespaces by which an open can depend on who opens, beyond the user namespace. */
#define NAMESPACE_COUNT 4

/* What identifies a place for as long as it is held. */
struct place {
	uint64_t mount;
	uint64_t inode;
};

struct capabilities {
	uint64_t permitted;
	uint64_t effective;
	uint64_t inheritable;
};

/* Random, and in no other memory. */
struct secret {
	unsigned char bytes[32];
};

/* What the supervisor knows before the first request; nothing changes it afterwards. */
struct supervisor {
	int listener;
	int proc;
	bool all;
	bool protected_symlinks;
	/* The process that the command takes the place of, and what can be read in its 'status'. */
	pid_t first;
	int first_pidfd;
	char *first_status;
	/* Its own capabilities, and those that the first process has in effect. */
	struct capabilities own;
	uint64_t first_effective;
	struct secret secret;
	struct place root;
	ino_t user_namespace;
	ino_t namespaces[NAMESPACE_COUNT];
};

/* One thread of the supervisor. */
struct worker {
	struct worker *next;
	struct supervisor *supervisor;
	pid_t self;
	/* The watch looks at the following, under its lock. */
	bool busy;
	uint64_t id;
	int64_t since;
	pid_t target;
	/* The thread that may be waiting in the kernel for a file to be opened. */
	_Atomic pid_t opener;
	/* What to answer if that is interrupted; 0 if nothing has interrupted it. */
	_Atomic int interruption;
	char *status;
	size_t status_size;
};

struct request {
	struct worker *worker;
	const struct supervisor *supervisor;
	uint64_t id;
	pid_t tid;
	/* Where the instruction is that makes the call. */
	uint64_t caller;
	/* The thread's folder in /proc, which stays its own when its number is given to another. */
	int proc;
	/* Where a relative path starts. */
	int start;
	/* The descriptor of the call that says so, or AT_FDCWD. */
	int dir;
	/* The thread's root if it is not the supervisor's, else -1. */
	int root;
	/* The call was openat2(2), which refuses what openat(2) ignores. */
	bool strict;
	bool large_file;
	/* It is made by a program of 32 bits. */
	bool narrow;
	/* A program is to be executed, with these arguments and environment in the asker's memory. */
	bool executes;
	uint64_t argv;
	uint64_t envp;
	bool other_user_namespace;
	bool other_credentials;
	/* What was opened depends on the opener's namespaces: it is to be done again in the thread's. */
	bool join_namespaces;
	const char *status;
	struct open_how how;
	char path[PATH_MAX];
	/* The result: a descriptor or a negative errno, and the verdict on it. */
	int fd;
	bool judged;
	struct ipe_check check;
	/* Where the code is that is not in a file and that the verdict refuses. */
	const char *refused_code;
	/* Why the supervisor itself refuses, where it cannot do what the kernel would. */
	const char *limit;
};

/* What it is told when it starts. */
struct supervision {
	pid_t first;
	bool all;
};

/* Its whole life. */
_Noreturn void supervise(int channel, const struct supervision *supervision);

/* pool.c */

/* Opens as the thread that asks would, in one way or another. */
void open_for(struct request *request);

/* Likewise for its path alone what a path from its folder leads to: a descriptor or a negative errno. */
int open_path_for(const struct request *request, const char *path);

/* Handles requests until none of the supervised processes is left. */
bool start_pool(struct supervisor *supervisor);

/* watch.c: ends what waits for a file whose asker was killed or has a signal to handle. */
bool start_watch(void);
_Noreturn void watch(struct supervisor *supervisor);
void add_worker(struct worker *worker);
void remove_worker(struct worker *worker);
void note_begin(struct worker *worker, uint64_t id, pid_t target);
/* The worker itself opens again, and not a process for it. */
void note_opener(struct worker *worker);
void note_end(struct worker *worker);

/* request.c */

/* 0, or the negative errno that the call is to fail with. */
int read_request(struct request *request, const struct seccomp_notif *notification);
void forget_request(struct request *request);

/* target.c: facts about the thread that asks. All return 0 or a negative errno. */
int read_status(int proc, char **text, size_t *size);
/* The rest of the line that begins with @name; NULL if there is none. */
const char *status_line(const char *status, const char *name);
bool same_line(const char *status, const char *other, const char *name);
int find_place(int dir, const char *name, struct place *ret);
bool same_place(const struct place *a, const struct place *b);
int find_context(struct request *request);
int namespace_inode(int proc, const char *name, ino_t *ret);
int same_namespaces(const struct request *request);
extern const char *const namespace_names[NAMESPACE_COUNT];

/* privileges.c */
bool get_capabilities(struct capabilities *ret);
bool set_capabilities(const struct capabilities *sets);
/* Puts those into effect that look at any process, and takes them out again. */
void begin_looking(struct capabilities *before);
void end_looking(const struct capabilities *before);
extern const uint64_t looking_capabilities;

/* open.c: sets @fd, @judged and @check. */
void open_here(struct request *request);
/* openat2(2) of the request's path with @resolve added. */
int open_resolving(struct request *request, uint64_t resolve, uint64_t flags);
/* openat2(2) that the watch can interrupt. */
int open_file(struct request *request, int dir, const char *name, const struct open_how *how);

/* walk.c: as open_file() of the request, but following what depends on who asks. */
int walk(struct request *request);

/*
 * special.c: takes what was opened, or the error, and gives what the thread would have got where the
 * opener's own terminal, namespaces or cgroup decide about it.
 */
int replace_special(struct request *request, int fd);

/* stand_in.c: does it in a process that has the credentials, root and namespaces of the thread. */
void open_as_stand_in(struct request *request);

/*
 * exec.c: 0 if the program may be executed, as far as that is not the kernel's business, or the
 * negative errno that the call is to fail with.
 */
int judge_execution(struct request *request);

/* classify.c: whether what was opened would be run, as far as can be told. */
bool is_code(const struct request *request);

/* report.c */
void report_refusal(const struct request *request);
void report_limit(const struct request *request, int error);
/* Once for each program: the configuration has it read what it likes. */
void report_unknown(const char *program);
/* From now on the terminal or file that the command had as standard error is left alone. */
void leave_standard_error(void);

#endif
