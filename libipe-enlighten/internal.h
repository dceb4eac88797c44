/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IPE_INTERNAL_H
#define IPE_INTERNAL_H

#include <sys/stat.h>

#include "ipe-enlighten.h"

#define IPE_PUBLIC __attribute__((visibility("default")))

_Static_assert(IPE_DENY == 0, "zeroed memory must deny");

/* What the securebits ask of an interpreter. */
struct ipe_securebits {
	bool restrict_file;
	bool deny_interactive;
	/* The kernel set them, so it must know AT_EXECVE_CHECK, or they cannot be read. */
	bool from_kernel;
};

struct ipe_securebits ipe_get_securebits(void);

/* The stricter of the build's setting and the configuration file's. */
struct ipe_config {
	enum ipe_inline inline_setting;
	/* Code that a running program makes of a string is code without a file. */
	bool eval_is_inline;
	/* What programs that nobody knows open is data. */
	bool unknown_is_data;
	bool bad;
};

struct ipe_judged;

/* @ret_judged has room for IPE_JUDGED_MAX bytes, or is NULL. */
struct ipe_config ipe_read_config(struct ipe_judged *ret_judged);

/* The two probes; each fills in its answer and, where it refuses, the reason. True: passed. */
bool ipe_probe_mmap(int fd, struct ipe_check *check);
bool ipe_probe_exec(int fd, const struct stat *st, bool kernel_must_know, struct ipe_check *check);
bool ipe_exec_check_known(void);

/* Where the code comes from, and so what besides a regular file is acceptable. */
enum ipe_source {
	IPE_SOURCE_FILE,
	IPE_SOURCE_STDIN,
	IPE_SOURCE_REGULAR_ONLY,
	/* Regular only, and no code, so that it needs no execute permission. */
	IPE_SOURCE_CONFIGURATION,
};

int ipe_judge(int fd, enum ipe_source source, struct stat *ret_st, struct ipe_check *ret_check);
void ipe_judge_inline(struct ipe_check *check);

/* ipe_load_fd() without the check of its arguments. */
int ipe_load_code(int fd, enum ipe_source source, void *buf, size_t size, size_t *ret_len,
		  struct ipe_check *ret_check);

void ipe_allow(struct ipe_check *check);
void ipe_refuse(struct ipe_check *check, enum ipe_reason reason);
enum ipe_reason ipe_reason_of_errno(int error);

#endif
