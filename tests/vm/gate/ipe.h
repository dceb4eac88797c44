/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IPE_H
#define IPE_H

#include <stdbool.h>
#include <sys/types.h>

/* Whether the kernel has this project's own IPE. */
bool ipe_is_ours(void);

void ipe_load_policy(void);
void ipe_enforce(bool enforce);

/* Forgets the audit records so far. */
void audit_forget(void);

/* Waits for the record of a refusal, or in permissive mode of what would be one. */
bool audit_has_refusal(pid_t pid, const char *path, bool enforcing);

#endif
