// SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-or-later
/* What a rule is made of, and how others get to see it. */
#include "internal.h"

struct ipe_span ipe_policy_get_name(const struct ipe_policy *policy)
{
	return (struct ipe_span){ policy->name, policy->name_len };
}

uint64_t ipe_policy_get_version(const struct ipe_policy *policy)
{
	const uint16_t *version = policy->version;

	return (uint64_t)version[0] << 32 | (uint32_t)version[1] << 16 | version[2];
}

uint32_t ipe_policy_get_rule_count(const struct ipe_policy *policy)
{
	return (uint32_t)(policy->rules.used / sizeof(struct ipe_rule));
}

bool ipe_policy_get_rule(const struct ipe_policy *policy, uint32_t number,
			 struct ipe_rule_view *ret)
{
	const struct ipe_rule *rule;
	struct ipe_shape shape;

	if (number >= ipe_policy_get_rule_count(policy))
		return false;
	rule = &ipe_policy_rules(policy)[number];
	shape = ipe_rule_shape(rule);
	*ret = (struct ipe_rule_view){
		.line = rule->line,
		.op = (enum ipe_op)shape.op,
		.action = (enum ipe_action)shape.action,
		.must_be_true = shape.must_be_true,
		.must_be_false = shape.must_be_false,
		.digest_count = ipe_rule_operands(policy, rule).count,
		.never = (rule->shape & IPE_RULE_NEVER) != 0,
	};
	return true;
}

bool ipe_policy_get_rule_digest(const struct ipe_policy *policy, uint32_t rule, uint32_t number,
				enum ipe_digest_kind *ret_kind, struct ipe_digest *ret)
{
	struct ipe_operands operands;

	if (rule >= ipe_policy_get_rule_count(policy))
		return false;
	operands = ipe_rule_operands(policy, &ipe_policy_rules(policy)[rule]);
	if (number >= operands.count)
		return false;
	*ret_kind = ipe_digest_read(&policy->pool, operands.places[number], ret);
	return true;
}

bool ipe_policy_get_default(const struct ipe_policy *policy, unsigned int op,
			    enum ipe_action *ret_action, uint32_t *ret_line)
{
	if (op > IPE_OP_ANY || !policy->defaults[op].given)
		return false;
	*ret_action = policy->defaults[op].action;
	*ret_line = policy->defaults[op].line;
	return true;
}
