// SPDX-License-Identifier: GPL-2.0-only
/* The decision. Nothing here sleeps or allocates, but for the audit record. */
#include <linux/fsverity.h>

#include "ipe.h"

/* Apart, because most decisions need no room for a digest. */
static noinline struct ipe_decision decide_by_digest(const struct ipe_loaded *active,
						     const struct ipe_subject *subject,
						     struct ipe_wanted wanted)
{
	u8 buffer[FS_VERITY_MAX_DIGEST_SIZE];
	struct ipe_facts facts = {};

	ipe_collect_flags(&facts, subject, wanted.flags);
	ipe_collect_digests(&facts, subject, wanted.digests, buffer);
	return ipe_policy_decide(active->policy, subject->op, &facts);
}

static struct ipe_decision decide(const struct ipe_loaded *active,
				  const struct ipe_subject *subject)
{
	struct ipe_wanted wanted = {};
	struct ipe_facts facts = {};

	if (subject->op < IPE_OP_COUNT)
		wanted = active->wanted[subject->op];
	if (wanted.digests)
		return decide_by_digest(active, subject, wanted);
	ipe_collect_flags(&facts, subject, wanted.flags);
	return ipe_policy_decide(active->policy, subject->op, &facts);
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
