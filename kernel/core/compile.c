// SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-or-later
/*
 * From rules in their order to groups of rules with one shape, and an index of the digests.
 *
 * A group's rules differ in nothing but their digests. So of a group the first rule that applies
 * to given facts is found with one search, and of a policy it is the first over its groups, of
 * which there are a few.
 */
#include "internal.h"

#define SHAPES (1U << IPE_SHAPE_BITS)

/* The shapes that have been seen, one bit each. */
static bool test_and_flip(uint8_t *seen, const struct ipe_rule *rule, bool expected)
{
	uint32_t shape = rule->shape & IPE_SHAPE_MASK;
	uint8_t bit = (uint8_t)(1U << shape % 8);

	if (rule->shape & IPE_RULE_NEVER || !!(seen[shape / 8] & bit) != expected)
		return false;
	seen[shape / 8] ^= bit;
	return true;
}

static uint32_t count_groups(struct ipe_policy *policy, uint8_t *seen)
{
	const struct ipe_rule *rules = ipe_policy_rules(policy);
	uint32_t i, count = ipe_policy_get_rule_count(policy);

	for (i = 0; i < count; i++)
		if (test_and_flip(seen, &rules[i], false))
			policy->group_start[ipe_rule_shape(&rules[i]).op + 1]++;
	for (i = 0; i < IPE_OP_COUNT; i++)
		policy->group_start[i + 1] += policy->group_start[i];
	return policy->group_start[IPE_OP_COUNT];
}

static void fill_groups(struct ipe_policy *policy, uint8_t *seen)
{
	const struct ipe_rule *rules = ipe_policy_rules(policy);
	uint32_t i, count = ipe_policy_get_rule_count(policy);
	uint32_t next[IPE_OP_COUNT];

	ipe_memcpy(next, policy->group_start, sizeof(next));
	for (i = 0; i < count; i++) {
		struct ipe_shape shape;

		if (!test_and_flip(seen, &rules[i], true))
			continue;
		shape = ipe_rule_shape(&rules[i]);
		policy->groups[next[shape.op]++] = (struct ipe_group){ i, shape };
	}
}

static bool make_groups(struct ipe_policy *policy)
{
	uint8_t *seen = ipe_core_alloc(SHAPES / 8);
	uint32_t count;

	if (!seen)
		return false;
	ipe_memset(seen, 0, SHAPES / 8);
	count = count_groups(policy, seen);
	if (count) {
		policy->groups = ipe_core_alloc(count * sizeof(*policy->groups));
		if (policy->groups)
			fill_groups(policy, seen);
	}
	ipe_core_free(seen);
	return !count || policy->groups;
}

/*
 * A rule that denies must also be found when a digest is unknown. So it stands in the index once
 * for every choice of its kinds of digests that may be unknown.
 */
static uint32_t next_any(const struct ipe_shape *shape, uint32_t any)
{
	return shape->action == IPE_ACTION_DENY ? (any - 1) & shape->kinds : 0;
}

static uint32_t entries_of(uint32_t rule_shape)
{
	struct ipe_shape shape = ipe_shape_unpack(rule_shape & IPE_SHAPE_MASK);
	uint32_t any = 0, entries = 0;

	if (rule_shape & IPE_RULE_NEVER || !shape.kinds)
		return 0;
	do {
		/* With all digests unknown, a group has one entry for all of its rules. */
		entries += any != shape.kinds;
		any = next_any(&shape, any);
	} while (any);
	return entries;
}

/* Equal rules share entries, so these may be more than are needed. */
static uint32_t count_entries(const struct ipe_policy *policy)
{
	const struct ipe_rule *rules = ipe_policy_rules(policy);
	uint32_t i, count = ipe_policy_get_rule_count(policy);
	uint32_t total = policy->group_start[IPE_OP_COUNT], shape = IPE_RULE_NEVER, entries = 0;

	for (i = 0; i < count; i++) {
		/* Rules of one shape mostly stand together. */
		if (rules[i].shape != shape) {
			shape = rules[i].shape;
			entries = entries_of(shape);
		}
		total += entries;
	}
	return total;
}

static void add_rule(struct ipe_policy *policy, uint32_t number)
{
	const struct ipe_rule *rule = &ipe_policy_rules(policy)[number];
	struct ipe_operands operands = ipe_rule_operands(policy, rule);
	struct ipe_shape shape = ipe_rule_shape(rule);
	struct ipe_digest digests[IPE_DIGEST_KIND_COUNT];
	struct ipe_key key = { .shape = rule->shape & IPE_SHAPE_MASK };
	uint32_t i;

	if (rule->shape & IPE_RULE_NEVER || !shape.kinds)
		return;
	for (i = 0; i < operands.count; i++) {
		enum ipe_digest_kind kind =
			ipe_digest_read(&policy->pool, operands.places[i], &digests[i]);

		key.digest[kind] = &digests[i];
		key.hash[kind] = ipe_index_hash_digest(policy, &digests[i]);
	}
	do {
		ipe_index_add(policy, &key, number);
		key.any = next_any(&shape, key.any);
	} while (key.any);
}

static bool make_index(struct ipe_policy *policy)
{
	uint32_t i, count = ipe_policy_get_rule_count(policy);
	uint32_t entries = count_entries(policy);
	size_t size = (size_t)entries * IPE_INDEX_SLOTS_PER_ENTRY * sizeof(*policy->slots);

	if (!entries)
		return true;
	policy->slots = ipe_core_alloc(size);
	if (!policy->slots)
		return false;
	ipe_memset(policy->slots, 0, size);
	policy->slot_count = entries * IPE_INDEX_SLOTS_PER_ENTRY;
	while (count >> policy->number_bits)
		policy->number_bits++;
	for (i = 0; i < count; i++)
		add_rule(policy, i);
	return true;
}

bool ipe_policy_compile(struct ipe_policy *policy)
{
	return make_groups(policy) && make_index(policy);
}
