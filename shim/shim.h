/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IPE_SHIM_H
#define IPE_SHIM_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "host.h"

#define IPE_EXPORT __attribute__((visibility("default")))

/*
 * A wrapper has a name of its own in C and the C library's in the object, so that no header's
 * macros and redirections come between.
 */
#define IPE_WRAPPER(ret, name, ...)                                 \
	IPE_EXPORT ret ipe_wrap_##name(__VA_ARGS__) __asm__(#name); \
	IPE_EXPORT ret ipe_wrap_##name(__VA_ARGS__)

/* openat(2) and the verdict on what it opened: a descriptor or a negative errno. */
int ipe_shim_open(int dirfd, mode_t mode, const struct ipe_open *open);

/* 0, or -EACCES with the refusal told if @fd is code that may not run. */
int ipe_shim_judge(int fd, const struct ipe_open *open);

/* Whether what was opened as @open says is code, by all that is known of this program. */
bool ipe_shim_is_code(int fd, const struct ipe_open *open);

/* Tells standard error and the system log that @what is refused. Keeps errno. */
void ipe_shim_report(const char *what, const char *reason);

#endif
