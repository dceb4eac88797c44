/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "doubt.h"
#include "vocabulary.h"

static bool is_same(const struct ipe_digest *a, const struct ipe_digest *b)
{
	return a->len == b->len && a->algorithm.len == b->algorithm.len &&
	       memcmp(a->bytes, b->bytes, a->len) == 0 &&
	       memcmp(a->algorithm.at, b->algorithm.at, a->algorithm.len) == 0;
}

/* Adds the unknown facts that a rule names; false if a known one keeps it from applying. */
static bool add_rule(const struct ipe_policy *policy, uint32_t rule,
		     const struct ipe_rule_view *view, const struct ipe_facts *facts,
		     struct doubt *doubt)
{
	uint32_t named = view->must_be_true | view->must_be_false;
	enum ipe_digest_kind kind;
	struct ipe_digest digest;

	if (view->never || (facts->known & ((view->must_be_true & ~facts->truth) |
					    (view->must_be_false & facts->truth))))
		return false;
	doubt->flags |= named & ~facts->known;
	for (uint32_t i = 0; ipe_policy_get_rule_digest(policy, rule, i, &kind, &digest); i++) {
		if (facts->digest[kind].knowledge == IPE_UNKNOWN)
			doubt->kinds |= MASK(kind);
		else if (facts->digest[kind].knowledge == IPE_ABSENT ||
			 !is_same(&facts->digest[kind].value, &digest))
			return false;
	}
	return true;
}

struct doubt find_doubt(const struct ipe_policy *policy, unsigned int op,
			const struct ipe_facts *facts, const struct ipe_decision *decision)
{
	uint32_t end = decision->basis == IPE_BY_RULE ? decision->rule + 1
						      : ipe_policy_get_rule_count(policy);
	struct doubt doubt = { 0 };
	struct ipe_rule_view view;

	for (uint32_t i = 0; i < end && ipe_policy_get_rule(policy, i, &view); i++) {
		struct doubt of_rule = { 0 };

		if (view.op != op || !add_rule(policy, i, &view, facts, &of_rule))
			continue;
		doubt.flags |= of_rule.flags;
		doubt.kinds |= of_rule.kinds;
	}
	return doubt;
}
