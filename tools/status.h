/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IPECTL_STATUS_H
#define IPECTL_STATUS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/utsname.h>

#include "ipe-enlighten.h"

/* What the caller may see of something that is true or false; else a negative errno. */
#define NO  0
#define YES 1

struct ipe_policy_facts {
	char *name;
	char *version;
	/* YES, NO or a negative errno. */
	int active;
};

struct ipe_facts {
	/* Comma-separated names of the security modules in use, or NULL; @lsm_error says why. */
	char *modules;
	int lsm_error;
	/* Each is YES, NO or a negative errno. */
	int present;
	int enforce;
	int success_audit;
	struct ipe_policy_facts *policies;
	size_t policy_count;
	/* Why the list of policies is missing, or 0. */
	int policies_error;
};

void collect_ipe(struct ipe_facts *ret);
void free_ipe(struct ipe_facts *ipe);

/* Whether @module is in the comma-separated @modules. */
bool has_module(const char *modules, const char *module);

enum sight {
	SIGHT_NO,
	SIGHT_YES,
	/* The kernel does not know the probe. */
	SIGHT_NO_PROBE,
};

struct engine_facts {
	const char *name;
	/* YES, NO or a negative errno where it cannot be told. */
	int present;
	enum sight mmap_probe;
	enum sight exec_probe;
};

#define ENGINE_COUNT 6

void collect_engines(const char *release, const struct ipe_facts *ipe, bool exec_check_known,
		     struct engine_facts ret[static ENGINE_COUNT]);

struct status {
	struct utsname kernel;
	/* As prctl(PR_GET_SECUREBITS) returns them, or a negative errno. */
	int securebits;
	struct ipe_restrictions restrictions;
	/* Of code that is not in a file. */
	struct ipe_check inline_code;
	struct ipe_facts ipe;
	struct engine_facts engines[ENGINE_COUNT];
};

/* Linux 6.14, include/uapi/linux/securebits.h; Debian 12's headers are older. */
#define EXEC_RESTRICT_FILE	     (1 << 8)
#define EXEC_RESTRICT_FILE_LOCKED    (1 << 9)
#define EXEC_DENY_INTERACTIVE	     (1 << 10)
#define EXEC_DENY_INTERACTIVE_LOCKED (1 << 11)

/* YES if IPE enforces an active policy, NO if it does not, a negative errno if it cannot be told. */
int ipe_is_enforced(const struct ipe_facts *ipe);
/* The same as a sentence, with the reason. */
void print_summary(const struct ipe_facts *ipe);

void print_status_text(const struct status *status);
void print_status_json(const struct status *status);

/* Static names for both forms of output. */
const char *inline_name(enum ipe_inline setting);
const char *sight_name(enum sight sight);

#endif
