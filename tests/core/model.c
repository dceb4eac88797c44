// SPDX-License-Identifier: LGPL-2.1-or-later
#include "model.h"

#include <stdlib.h>
#include <string.h>

/* How far a rule applies as far as the facts are known; in this order, the least one counts. */
enum match {
	MATCH_NO,
	MATCH_MAYBE,
	MATCH_YES,
};

static bool same_digest(const struct ipe_digest *a, const struct ipe_digest *b)
{
	return a->algorithm.len == b->algorithm.len && a->len == b->len &&
	       (!a->len || !memcmp(a->bytes, b->bytes, a->len)) &&
	       (!a->algorithm.len || !memcmp(a->algorithm.at, b->algorithm.at, a->algorithm.len));
}

static bool contradicts_itself(const struct model_rule *rule)
{
	size_t i, j;

	if (rule->must_be_true & rule->must_be_false)
		return true;
	for (i = 0; i < rule->digest_count; i++)
		for (j = 0; j < i; j++)
			if (rule->digests[i].kind == rule->digests[j].kind &&
			    !same_digest(&rule->digests[i].value, &rule->digests[j].value))
				return true;
	return false;
}

static enum match match_flag(const struct ipe_facts *facts, unsigned int flag, bool expected)
{
	if (!(facts->known & 1U << flag))
		return MATCH_MAYBE;
	return ((facts->truth & 1U << flag) != 0) == expected ? MATCH_YES : MATCH_NO;
}

static enum match match_digest(const struct ipe_facts *facts, const struct model_digest *digest)
{
	switch (facts->digest[digest->kind].knowledge) {
	case IPE_PRESENT:
		return same_digest(&facts->digest[digest->kind].value, &digest->value) ? MATCH_YES
										       : MATCH_NO;
	case IPE_ABSENT:
		return MATCH_NO;
	case IPE_UNKNOWN:
	default:
		return MATCH_MAYBE;
	}
}

static enum match match_rule(const struct model_rule *rule, const struct ipe_facts *facts)
{
	enum match match = MATCH_YES, next;
	unsigned int flag;
	size_t i;

	if (contradicts_itself(rule))
		return MATCH_NO;
	for (flag = 0; flag < IPE_FLAG_COUNT; flag++) {
		if (!((rule->must_be_true | rule->must_be_false) & 1U << flag))
			continue;
		next = match_flag(facts, flag, rule->must_be_true & 1U << flag);
		match = next < match ? next : match;
	}
	for (i = 0; i < rule->digest_count; i++) {
		next = match_digest(facts, &rule->digests[i]);
		match = next < match ? next : match;
	}
	return match;
}

static struct ipe_decision decide_by(const struct model_default *by, enum ipe_basis basis)
{
	return (struct ipe_decision){
		.action = by->action,
		.basis = basis,
		.line = by->line,
		.certain = true,
	};
}

struct ipe_decision model_decide(const struct model *model, unsigned int op,
				 const struct ipe_facts *facts)
{
	size_t i;

	for (i = 0; i < model->rule_count; i++) {
		const struct model_rule *rule = &model->rules[i];
		enum match match;

		if (rule->op != op)
			continue;
		match = match_rule(rule, facts);
		if (match == MATCH_YES || (match == MATCH_MAYBE && rule->action == IPE_ACTION_DENY))
			return (struct ipe_decision){
				.action = rule->action,
				.basis = IPE_BY_RULE,
				.rule = (uint32_t)i,
				.line = rule->line,
				.certain = match == MATCH_YES,
			};
	}
	if (op < IPE_OP_COUNT && model->defaults[op].given)
		return decide_by(&model->defaults[op], IPE_BY_OP_DEFAULT);
	if (model->defaults[IPE_OP_ANY].given)
		return decide_by(&model->defaults[IPE_OP_ANY], IPE_BY_GLOBAL_DEFAULT);
	return (struct ipe_decision){ .action = IPE_ACTION_DENY, .certain = true };
}

static void read_rule(struct model_rule *rule, const struct ipe_policy *policy, uint32_t number)
{
	struct ipe_rule_view view;
	uint32_t i;

	if (!ipe_policy_get_rule(policy, number, &view))
		abort();
	*rule = (struct model_rule){
		.line = view.line,
		.op = view.op,
		.action = view.action,
		.must_be_true = view.must_be_true,
		.must_be_false = view.must_be_false,
		.digests = calloc(view.digest_count + 1, sizeof(*rule->digests)),
		.digest_count = view.digest_count,
	};
	if (!rule->digests)
		abort();
	for (i = 0; i < view.digest_count; i++)
		if (!ipe_policy_get_rule_digest(policy, number, i, &rule->digests[i].kind,
						&rule->digests[i].value))
			abort();
}

void model_read(struct model *model, const struct ipe_policy *policy)
{
	uint32_t i, count = ipe_policy_get_rule_count(policy);

	*model = (struct model){ .rule_count = count };
	model->rules = calloc(count + 1, sizeof(*model->rules));
	if (!model->rules)
		abort();
	for (i = 0; i < count; i++)
		read_rule(&model->rules[i], policy, i);
	for (i = 0; i <= IPE_OP_ANY; i++)
		model->defaults[i].given = ipe_policy_get_default(
			policy, i, &model->defaults[i].action, &model->defaults[i].line);
}

void model_clear(struct model *model)
{
	size_t i;

	for (i = 0; i < model->rule_count; i++)
		free(model->rules[i].digests);
	free(model->rules);
}
