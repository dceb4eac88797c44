/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A kernel of the tests' own in place of sys.c: every answer can be set, every leak is seen. */
#ifndef IPE_FAKE_SYS_H
#define IPE_FAKE_SYS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

#define FAKE_SCRIPT_PATH "script"
#define FAKE_CONFIG_PATH "/etc/ipe-enlighten.conf"

/* Open from the start, as the caller's; what the library opens itself gets other numbers. */
#define FAKE_SCRIPT_FD 10

/* The answers to calls on one file: 0 or a negative errno where nothing else is said. */
struct fake_file {
	mode_t mode;
	bool is_unnamed;
	struct timespec mtime;
	struct timespec ctime;
	const char *data;
	size_t len;
	int open;
	int fstat;
	/* What F_GETFL returns. */
	int flags;
	int map;
	int exec;
	int statvfs;
	bool noexec;
	int statfs;
	bool overlay;
	int read;
	/* Reads before the one that fails with the answer above, and whether only that one does. */
	unsigned int good_reads;
	bool read_fails_once;
	/* Reads that a signal interrupts before the next one gets through. */
	unsigned int interrupted_reads;
	/* The most that one read returns; 0: everything. */
	size_t longest_read;
	/* Called after a read, to change the file. */
	void (*after_read)(struct fake_file *file);
};

struct fake_kernel {
	struct fake_file script;
	struct fake_file config;
	int securebits;
	int map_anonymous;
	int unmap;
	int close;
	/* Standard input is closed, so that the next open gets descriptor 0. */
	bool open_gets_zero;
	/* Mappings succeed at address 0, as a filter that answers 0 makes them. */
	bool map_at_null;
	/* What AT_EXECVE_CHECK answers for descriptor -1: EBADF where the kernel knows the flag. */
	int exec_check_of_nothing;
};

/* What the library did. */
struct fake_record {
	unsigned int opened;
	unsigned int closed;
	unsigned int mapped;
	unsigned int unmapped;
	unsigned int reads;
	unsigned int exec_checks;
	unsigned int flag_queries;
	int open_flags;
	/* A descriptor was used that is not open, or a mapping removed that is not there. */
	bool misused;
};

extern struct fake_kernel fake;
extern struct fake_record fake_record;

/* A readable 0644 script, no configuration file, no securebits, and nothing refused. */
void fake_reset(void);

/* Whether all that the library opened and mapped was closed and unmapped, and nothing else. */
bool fake_is_clean(void);

#endif
