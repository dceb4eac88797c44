/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IPECTL_POLICY_DOUBT_H
#define IPECTL_POLICY_DOUBT_H

#include "core/policy.h"

/* Unknown facts that could change a decision, as bits by their numbers. */
struct doubt {
	uint32_t flags;
	uint32_t kinds;
};

/* What is not known and yet named by a rule that may apply before the decision falls. */
struct doubt find_doubt(const struct ipe_policy *policy, unsigned int op,
			const struct ipe_facts *facts, const struct ipe_decision *decision);

#endif
