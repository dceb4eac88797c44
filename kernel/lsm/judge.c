// SPDX-License-Identifier: GPL-2.0-only
/* The decision. Nothing here sleeps or allocates, but for the audit record. */
#include "ipe.h"

static struct ipe_wanted wanted_by(const struct ipe_loaded *active, unsigned int op)
{
	return op < IPE_OP_COUNT ? active->wanted[op] : (struct ipe_wanted){};
}

static struct ipe_decision decide(const struct ipe_loaded *active,
				  const struct ipe_subject *subject)
{
	struct ipe_evidence evidence;

	ipe_collect(&evidence, subject, wanted_by(active, subject->op));
	return ipe_policy_decide(active->policy, subject->op, &evidence.facts);
}

int ipe_judge(const struct ipe_subject *subject)
{
	const struct ipe_loaded *active;
	struct ipe_decision decision;
	bool allowed = true;

	rcu_read_lock();
	active = rcu_dereference(ipe_active);
	if (active) {
		decision = decide(active, subject);
		allowed = decision.action == IPE_ACTION_ALLOW;
		if (!allowed || READ_ONCE(ipe_success_audit))
			ipe_audit_decision(subject, active, &decision);
	}
	rcu_read_unlock();
	return allowed || !READ_ONCE(ipe_enforcing) ? 0 : -EACCES;
}
