/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "analysis.h"
#include "memory.h"
#include "output.h"
#include "vocabulary.h"

/* What a rule needs, without the digests themselves. Policies have few different shapes. */
struct shape {
	uint32_t op;
	uint32_t must_be_true;
	uint32_t must_be_false;
	uint32_t kinds;
};

struct condition {
	struct shape shape;
	/* By kind; zeroed where the shape lacks it. */
	struct ipe_digest digest[IPE_DIGEST_KIND_COUNT];
	uint32_t rule;
};

struct analysis {
	const struct ipe_policy *policy;
	struct shape *shapes;
	size_t shape_count;
	/* A tree of those that were met, each for its first rule. */
	void *met;
	struct rule_analysis *rules;
};

static int compare_bytes(const void *a, size_t a_len, const void *b, size_t b_len)
{
	if (a_len != b_len)
		return a_len < b_len ? -1 : 1;
	return a_len ? memcmp(a, b, a_len) : 0;
}

static int compare_conditions(const void *left, const void *right)
{
	const struct condition *a = left;
	const struct condition *b = right;
	int order = memcmp(&a->shape, &b->shape, sizeof(a->shape));

	for (unsigned int i = 0; order == 0 && i < IPE_DIGEST_KIND_COUNT; i++) {
		const struct ipe_digest *x = &a->digest[i];
		const struct ipe_digest *y = &b->digest[i];

		order = compare_bytes(x->bytes, x->len, y->bytes, y->len);
		if (order == 0)
			order = compare_bytes(x->algorithm.at, x->algorithm.len, y->algorithm.at,
					      y->algorithm.len);
	}
	return order;
}

static struct condition read_condition(const struct ipe_policy *policy, uint32_t rule,
				       const struct ipe_rule_view *view)
{
	struct condition condition = {
		.shape = { .op = view->op,
			   .must_be_true = view->must_be_true,
			   .must_be_false = view->must_be_false },
		.rule = rule,
	};
	enum ipe_digest_kind kind;
	struct ipe_digest digest;

	for (uint32_t i = 0; ipe_policy_get_rule_digest(policy, rule, i, &kind, &digest); i++) {
		condition.shape.kinds |= MASK(kind);
		condition.digest[kind] = digest;
	}
	return condition;
}

/*
 * A thing lies in one of these places only: in the initramfs, in a memfd, in anonymous memory, or
 * on a volume, which alone has dm-verity and fs-verity.
 */
static bool needs_two_places(const struct shape *shape)
{
	const uint32_t volume =
		MASK(IPE_FLAG_DMVERITY_SIGNATURE) | MASK(IPE_FLAG_FSVERITY_SIGNATURE);
	uint32_t places = shape->must_be_true & ~volume;

	if ((shape->must_be_true & volume) || shape->kinds)
		return places != 0;
	return (places & (places - 1)) != 0;
}

static bool covers(const struct shape *general, const struct shape *special)
{
	return general->op == special->op && !(general->must_be_true & ~special->must_be_true) &&
	       !(general->must_be_false & ~special->must_be_false) &&
	       !(general->kinds & ~special->kinds);
}

/* The first rule that was met with these properties, or NULL. */
static const struct condition *find_met(const struct analysis *analysis,
					const struct condition *condition)
{
	struct condition **node = tfind(condition, &analysis->met, compare_conditions);

	return node ? *node : NULL;
}

static const struct condition *find_general(const struct analysis *analysis,
					    const struct condition *condition)
{
	const struct condition *first = NULL;

	for (size_t i = 0; i < analysis->shape_count; i++) {
		struct condition general = { .shape = analysis->shapes[i] };
		const struct condition *met;

		if (!covers(&general.shape, &condition->shape))
			continue;
		for (unsigned int kind = 0; kind < IPE_DIGEST_KIND_COUNT; kind++)
			if (general.shape.kinds & MASK(kind))
				general.digest[kind] = condition->digest[kind];
		met = find_met(analysis, &general);
		if (met && (!first || met->rule < first->rule))
			first = met;
	}
	return first;
}

static void remember(struct analysis *analysis, struct condition *condition)
{
	size_t i = 0;

	if (!tsearch(condition, &analysis->met, compare_conditions))
		give_up("out of memory; free some and try again");
	while (i < analysis->shape_count &&
	       memcmp(&analysis->shapes[i], &condition->shape, sizeof(condition->shape)) != 0)
		i++;
	if (i < analysis->shape_count)
		return;
	analysis->shapes = make_room(analysis->shapes, i, sizeof(*analysis->shapes));
	analysis->shapes[analysis->shape_count++] = condition->shape;
}

static struct rule_analysis analyse_rule(struct analysis *analysis, struct condition *condition,
					 const struct ipe_rule_view *view)
{
	const struct condition *earlier;

	if (view->never || needs_two_places(&condition->shape))
		return (struct rule_analysis){ .effect = RULE_NEVER };
	earlier = find_met(analysis, condition);
	if (earlier)
		return (struct rule_analysis){ RULE_REPEATED, earlier->rule };
	earlier = find_general(analysis, condition);
	if (earlier)
		return (struct rule_analysis){ RULE_SHADOWED, earlier->rule };
	remember(analysis, condition);
	return (struct rule_analysis){ .effect = RULE_DECIDES };
}

static void keep_item(void *item)
{
	(void)item;
}

struct rule_analysis *analyse_rules(const struct ipe_policy *policy)
{
	uint32_t count = ipe_policy_get_rule_count(policy);
	struct condition *conditions = allocate(count, sizeof(*conditions));
	struct analysis analysis = {
		.policy = policy,
		.rules = allocate(count, sizeof(*analysis.rules)),
	};
	struct ipe_rule_view view;

	for (uint32_t i = 0; ipe_policy_get_rule(policy, i, &view); i++) {
		conditions[i] = read_condition(policy, i, &view);
		analysis.rules[i] = analyse_rule(&analysis, &conditions[i], &view);
	}
	tdestroy(analysis.met, keep_item);
	free(analysis.shapes);
	free(conditions);
	return analysis.rules;
}
