/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IPECTL_POLICY_ANALYSIS_H
#define IPECTL_POLICY_ANALYSIS_H

#include "core/policy.h"

enum rule_effect {
	/* There may be something that it decides. */
	RULE_DECIDES,
	/* No file and no memory has all of its properties. */
	RULE_NEVER,
	/* An earlier rule has the same properties. */
	RULE_REPEATED,
	/* An earlier rule has some of its properties and no other. */
	RULE_SHADOWED,
};

struct rule_analysis {
	enum rule_effect effect;
	/* The earlier rule; not for RULE_DECIDES and RULE_NEVER. */
	uint32_t earlier;
};

/* One for each rule of the policy, to be freed. */
struct rule_analysis *analyse_rules(const struct ipe_policy *policy);

#endif
