/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef GATE_H
#define GATE_H

#include <stdbool.h>

enum phase {
	PHASE_NO_POLICY,
	PHASE_ENFORCING,
	/* Enforcing, with SECBIT_EXEC_RESTRICT_FILE, so that AT_EXECVE_CHECK counts as well. */
	PHASE_RESTRICTED,
	PHASE_PERMISSIVE,
	PHASES,
};

const char *phase_name(enum phase phase);
bool phase_enforces(enum phase phase);

/* How many results each of the functions below prints in a phase. */
#define INLINE_TESTS	6
#define DAMAGED_TESTS	3
#define COPIED_UP_TESTS 3

void judge_inline(enum phase phase);
void judge_damaged(enum phase phase);
void judge_copied_up(enum phase phase);

#endif
