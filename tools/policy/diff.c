/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdlib.h>
#include <string.h>

#include "analysis.h"
#include "diff.h"
#include "memory.h"
#include "vocabulary.h"

/* Rules at the end of an operation that say what its default says. */
static void mark_idle(const struct ipe_policy *policy, const enum ipe_action *defaults,
		      struct rule_analysis *analysis)
{
	bool decides[IPE_OP_COUNT] = { false };
	struct ipe_rule_view view;

	for (uint32_t i = ipe_policy_get_rule_count(policy); i-- > 0;) {
		if (analysis[i].effect != RULE_DECIDES || !ipe_policy_get_rule(policy, i, &view))
			continue;
		decides[view.op] |= view.action != defaults[view.op];
		if (!decides[view.op])
			analysis[i].effect = RULE_SHADOWED;
	}
}

static void read_side(struct diff *diff, enum diff_side side)
{
	const struct ipe_policy *policy = diff->policy[side];
	struct rule_analysis *analysis = analyse_rules(policy);
	struct ipe_rule_view view;
	uint32_t line;

	for (unsigned int op = 0; op < IPE_OP_COUNT; op++)
		diff->defaults[side][op] = default_action(policy, op, &line);
	mark_idle(policy, diff->defaults[side], analysis);
	diff->rules[side] = allocate(ipe_policy_get_rule_count(policy), sizeof(**diff->rules));
	for (uint32_t i = 0; ipe_policy_get_rule(policy, i, &view); i++)
		if (analysis[i].effect == RULE_DECIDES)
			diff->rules[side][diff->count[side]++] = (struct diff_rule){
				.text = format_rule(policy, i),
				.line = view.line,
				.op = view.op,
				.action = view.action,
			};
	free(analysis);
}

static int compare_texts(const void *left, const void *right)
{
	struct diff_rule *const *a = left;
	struct diff_rule *const *b = right;

	return strcmp((*a)->text, (*b)->text);
}

static struct diff_rule **sort_side(const struct diff *diff, enum diff_side side)
{
	struct diff_rule **sorted = allocate(diff->count[side], sizeof(struct diff_rule *));

	for (uint32_t i = 0; i < diff->count[side]; i++)
		sorted[i] = &diff->rules[side][i];
	if (diff->count[side] > 1)
		qsort(sorted, diff->count[side], sizeof(struct diff_rule *), compare_texts);
	return sorted;
}

static void count_runs(struct diff *diff, enum diff_side side)
{
	uint32_t run[IPE_OP_COUNT] = { 0 };

	for (uint32_t i = 0; i < diff->count[side]; i++) {
		struct diff_rule *rule = &diff->rules[side][i];

		if (rule->only_here)
			continue;
		/* Even runs deny, odd ones allow. */
		run[rule->op] += run[rule->op] % 2 != (rule->action == IPE_ACTION_ALLOW);
		rule->run = run[rule->op];
	}
}

/*
 * Calls @visit for each rule and its equal, in the order of their texts; one of them is NULL where
 * only one side has it. No text occurs twice on a side.
 */
static void walk_pairs(struct diff *diff,
		       void (*visit)(struct diff *, struct diff_rule *, struct diff_rule *))
{
	struct diff_rule **old = sort_side(diff, DIFF_OLD);
	struct diff_rule **new = sort_side(diff, DIFF_NEW);
	uint32_t i = 0;
	uint32_t j = 0;
	int order;

	while (i < diff->count[DIFF_OLD] || j < diff->count[DIFF_NEW]) {
		if (i == diff->count[DIFF_OLD])
			order = 1;
		else if (j == diff->count[DIFF_NEW])
			order = -1;
		else
			order = compare_texts(&old[i], &new[j]);
		visit(diff, order <= 0 ? old[i] : NULL, order >= 0 ? new[j] : NULL);
		i += order <= 0;
		j += order >= 0;
	}
	free(old);
	free(new);
}

static void mark_lone(struct diff *diff, struct diff_rule *old, struct diff_rule *new)
{
	if (old && new)
		return;
	(old ? old : new)->only_here = true;
	diff->same_meaning = false;
}

static void mark_reordered(struct diff *diff, struct diff_rule *old, struct diff_rule *new)
{
	if (!old || !new || old->run == new->run)
		return;
	diff->reordered[old->op] = true;
	diff->same_meaning = false;
}

static bool same_names(const struct ipe_policy *old, const struct ipe_policy *new)
{
	struct ipe_span a = ipe_policy_get_name(old);
	struct ipe_span b = ipe_policy_get_name(new);

	return a.len == b.len && memcmp(a.at, b.at, a.len) == 0;
}

void compare_policies(const struct ipe_policy *old, const struct ipe_policy *new, struct diff *ret)
{
	*ret = (struct diff){
		.policy = { old, new },
		.same_name = same_names(old, new),
		.rises = ipe_policy_get_version(new) > ipe_policy_get_version(old),
	};
	ret->same_meaning = ret->same_name;
	read_side(ret, DIFF_OLD);
	read_side(ret, DIFF_NEW);
	for (unsigned int op = 0; op < IPE_OP_COUNT; op++)
		ret->same_meaning &= ret->defaults[DIFF_OLD][op] == ret->defaults[DIFF_NEW][op];
	walk_pairs(ret, mark_lone);
	count_runs(ret, DIFF_OLD);
	count_runs(ret, DIFF_NEW);
	walk_pairs(ret, mark_reordered);
}

void free_diff(struct diff *diff)
{
	for (int side = 0; side < DIFF_SIDES; side++) {
		for (uint32_t i = 0; i < diff->count[side]; i++)
			free(diff->rules[side][i].text);
		free(diff->rules[side]);
	}
}
