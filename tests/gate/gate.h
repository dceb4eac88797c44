/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the tests on the running kernel share. */
#ifndef IPE_GATE_H
#define IPE_GATE_H

#include <check.h>
#include <errno.h>
#include <stdbool.h>
#include <sys/types.h>

#include "ipe-enlighten.h"
#include "tap.h"

/* Linux 6.14; Debian 12's headers are older. */
#define RESTRICT_FILE	 (1 << 8)
#define DENY_INTERACTIVE (1 << 10)

#define SCRIPT_TEXT	 "print('trusted')\n"

#define assert_verdict(check, wanted_verdict, wanted_reason)                                      \
	ck_assert_msg((check).verdict == (wanted_verdict) && (check).reason == (wanted_reason),   \
		      "verdict %d, reason %s (mmap %d, exec %d); wanted %d, %s", (check).verdict, \
		      ipe_reason_name((check).reason), (check).mmap_probe, (check).exec_probe,    \
		      wanted_verdict, ipe_reason_name(wanted_reason))

/* Changes to a new empty directory, and back and removes it. */
void gate_enter(void);
void gate_leave(void);

/* NULL, or why this machine cannot tell a right verdict from a wrong one. */
const char *gate_obstacle(void);

/* NULL, or why this kernel has no AT_EXECVE_CHECK. */
const char *gate_no_exec_check(void);

/* Goes to a mount namespace whose mounts nobody else sees; false if that is not allowed. */
bool gate_new_mounts(void);

void write_file(const char *path, const char *text, mode_t mode);

/* Opens a new file with SCRIPT_TEXT in it. */
int new_script(const char *path, mode_t mode);

/* Judges @fd, which must be possible. */
struct ipe_check judged(int fd);

/* What open and check of @path says; the descriptor, if there is one, is closed. */
int try_open(const char *path, struct ipe_check *ret_check);

#endif
