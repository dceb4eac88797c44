/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IPECTL_POLICY_DIFF_H
#define IPECTL_POLICY_DIFF_H

#include "core/policy.h"

enum diff_side {
	DIFF_OLD,
	DIFF_NEW,
	DIFF_SIDES,
};

/* A rule that decides something which the DEFAULTs would decide otherwise. */
struct diff_rule {
	/* Owned. */
	char *text;
	uint32_t line;
	uint32_t op;
	enum ipe_action action;
	/* It has no equal on the other side. */
	bool only_here;
	/*
	 * Among the rules of its operation that both sides have: counts the changes between DENY
	 * and ALLOW before it. Only between these does order matter.
	 */
	uint32_t run;
};

struct diff {
	const struct ipe_policy *policy[DIFF_SIDES];
	/* In the text's order. */
	struct diff_rule *rules[DIFF_SIDES];
	uint32_t count[DIFF_SIDES];
	enum ipe_action defaults[DIFF_SIDES][IPE_OP_COUNT];
	bool reordered[IPE_OP_COUNT];
	bool same_name;
	bool rises;
	/* Apart from the version. */
	bool same_meaning;
};

void compare_policies(const struct ipe_policy *old, const struct ipe_policy *new, struct diff *ret);
void free_diff(struct diff *diff);

#endif
