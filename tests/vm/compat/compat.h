/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COMPAT_H
#define COMPAT_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define IPE_DIR	     "/sys/kernel/security/ipe/"
#define POLICIES_DIR "/compat/policies/"
#define PROGRAM	     "/compat/files/elf"

/* An operation is asked of the kernel by a child, which leaves what it says as one line of text. */
struct operation {
	const char *name;
	/* How many words follow it at least. */
	int words;
	unsigned int flags;
	void (*run)(char **words);
};

/* Done while the policy is enforced, unless "permissive" stands before it. */
#define OP_JUDGED (1U << 0)
/* Changes the child, for the operation that stands behind it. */
#define OP_PREFIX (1U << 1)
/* Makes too many audit records to be listed. */
#define OP_UNRECORDED (1U << 2)
/* Done by a thread of the kernel on behalf of the child. */
#define OP_BY_KERNEL (1U << 3)

/* What the child alone knows of the files that its records are about. */
struct told {
	unsigned long inode[64];
	size_t inodes;
	/* Where such a file really lies. */
	char stored_at[256];
};

/* Shared with the child. */
extern struct told *told;

void tell_inode(unsigned long inode);
/* A number from /proc/self/fdinfo: as the kernel has it, where stat() may tell another. */
bool descriptor_info(int fd, const char *key, unsigned long *value);

/* Each ends with an operation without a name. */
extern const struct operation file_operations[];
extern const struct operation memory_operations[];
extern const struct operation exec_operations[];
extern const struct operation kernel_operations[];
extern const struct operation task_operations[];
extern const struct operation trace_operations[];
extern const struct operation match_operations[];

/* Runs the operation that words name, with its prefixes, in this process. */
void run_operation(char **words);

/* Adds to the result. */
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Says "ok", or the name of errno if @ret is negative. */
void say_status(long ret);

/* Ends the child when what is tried cannot be prepared. */
void give_up(const char *what) __attribute__((noreturn));

/* The operation does not exist on this kernel. */
void skip(const char *reason) __attribute__((noreturn));

const char *errno_name(int error);

/*
 * What a word stands for: a path (opened for writing too if it ends in ":rw"), "memfd",
 * "sealed-memfd", "secret-memory", or "huge-pages" and "anonymous", whose fd is -1.
 */
struct target {
	int fd;
	int map_flags;
	size_t size;
};

struct target open_target(const char *word);

/* "r-x" and so on, or give_up(). */
int protection(const char *word);

/* 0 or an errno. */
int map_executable(char *word);
int exec_status(char *word);
int module_status(char *word);
int kexec_image_status(char *word);

/* Reads a file as a whole; give_up() if that is not possible. */
char *read_whole(const char *path, size_t *size);

/* The kernel's log of audit records. */
void records_begin(void);
/* Prints those since then: of IPE, and of accesses only those by @pid, or all if it is 0. */
void records_print(pid_t pid);
void records_forget(void);

#endif
