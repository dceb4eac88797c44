// SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-or-later
#include "internal.h"

/* Facts as they are searched for: a digest is hashed at most once, and only if a group asks. */
struct query {
	const struct ipe_facts *facts;
	uint32_t hashed;
	uint64_t hash[IPE_DIGEST_KIND_COUNT];
};

/* The first rule that applies, so far. */
struct candidate {
	uint32_t rule;
	bool certain;
};

static void hash_digests(const struct ipe_policy *policy, struct query *query, uint32_t kinds)
{
	unsigned int kind;

	for (kind = 0; kind < IPE_DIGEST_KIND_COUNT; kind++) {
		if (!(kinds & ~query->hashed & 1U << kind))
			continue;
		query->hash[kind] =
			ipe_index_hash_digest(policy, &query->facts->digest[kind].value);
		query->hashed |= 1U << kind;
	}
}

/* Which of the kinds of digests are unknown; false if one of them is known to be absent. */
static bool find_unknown(const struct ipe_facts *facts, uint32_t kinds, uint32_t *ret_unknown)
{
	unsigned int kind;

	*ret_unknown = 0;
	for (kind = 0; kind < IPE_DIGEST_KIND_COUNT; kind++) {
		if (!(kinds & 1U << kind) || facts->digest[kind].knowledge == IPE_PRESENT)
			continue;
		if (facts->digest[kind].knowledge == IPE_ABSENT)
			return false;
		*ret_unknown |= 1U << kind;
	}
	return true;
}

static uint32_t find_rule(const struct ipe_policy *policy, const struct ipe_shape *shape,
			  struct query *query, uint32_t unknown)
{
	struct ipe_key key = { .shape = ipe_shape_pack(shape), .any = unknown };
	unsigned int kind;

	hash_digests(policy, query, shape->kinds & ~unknown);
	for (kind = 0; kind < IPE_DIGEST_KIND_COUNT; kind++) {
		if (!(shape->kinds & 1U << kind))
			continue;
		key.hash[kind] = query->hash[kind];
		key.digest[kind] = &query->facts->digest[kind].value;
	}
	return ipe_index_find(policy, &key);
}

static void try_group(const struct ipe_policy *policy, const struct ipe_group *group,
		      struct query *query, struct candidate *best)
{
	const struct ipe_shape *shape = &group->shape;
	const struct ipe_facts *facts = query->facts;
	uint32_t flags = shape->must_be_true | shape->must_be_false;
	uint32_t rule = group->first_rule, unknown = 0;
	bool certain;

	if ((facts->truth ^ shape->must_be_true) & flags & facts->known)
		return;
	if (shape->kinds && !find_unknown(facts, shape->kinds, &unknown))
		return;
	certain = !(flags & ~facts->known) && !unknown;
	if (!certain && shape->action != IPE_ACTION_DENY)
		return;
	if (shape->kinds)
		rule = find_rule(policy, shape, query, unknown);
	if (rule < best->rule)
		*best = (struct candidate){ rule, certain };
}

static struct ipe_decision decide_by_default(const struct ipe_policy *policy, unsigned int op)
{
	struct ipe_decision decision = { .action = IPE_ACTION_DENY, .certain = true };
	const struct ipe_default *entry;

	if (op < IPE_OP_COUNT && policy->defaults[op].given) {
		entry = &policy->defaults[op];
		decision.basis = IPE_BY_OP_DEFAULT;
	} else {
		entry = &policy->defaults[IPE_OP_ANY];
		if (!entry->given)
			return decision;
		decision.basis = IPE_BY_GLOBAL_DEFAULT;
	}
	decision.action = entry->action;
	decision.line = entry->line;
	return decision;
}

struct ipe_decision ipe_policy_decide(const struct ipe_policy *policy, unsigned int op,
				      const struct ipe_facts *facts)
{
	struct candidate best = { IPE_NO_RULE, true };
	struct query query = { .facts = facts };
	const struct ipe_rule *rule;
	uint32_t i, end;

	if (op >= IPE_OP_COUNT)
		return decide_by_default(policy, op);
	end = policy->group_start[op + 1];
	for (i = policy->group_start[op]; i < end; i++) {
		/* Neither this group nor one behind it has an earlier rule. */
		if (policy->groups[i].first_rule >= best.rule)
			break;
		try_group(policy, &policy->groups[i], &query, &best);
	}
	if (best.rule == IPE_NO_RULE)
		return decide_by_default(policy, op);

	rule = &ipe_policy_rules(policy)[best.rule];
	return (struct ipe_decision){
		.action = (enum ipe_action)ipe_rule_shape(rule).action,
		.basis = IPE_BY_RULE,
		.rule = best.rule,
		.line = rule->line,
		.certain = best.certain,
	};
}
