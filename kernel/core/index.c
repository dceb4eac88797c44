// SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-or-later
/*
 * The index: a hash table with open addressing and linear probing. A slot is 0 when empty, else
 * the rule's number plus one, shifted over a bit for each kind of digest that is unknown in this
 * entry. Everything else that a search compares stands in the rule.
 */
#include "internal.h"

#define ANY_BITS IPE_DIGEST_KIND_COUNT

/* A rule takes 20 bytes of text and more, so its number fits. */
_Static_assert(IPE_TEXT_MAX / 20 < 0xffffffffU >> ANY_BITS, "a slot must hold any rule's number");

uint64_t ipe_index_hash_digest(const struct ipe_policy *policy, const struct ipe_digest *digest)
{
	struct ipe_siphash hash;

	ipe_siphash_start(&hash, policy->seed);
	ipe_siphash_word(&hash, (uint64_t)digest->algorithm.len << 32 | (uint32_t)digest->len);
	ipe_siphash_bytes(&hash, digest->algorithm.at, digest->algorithm.len);
	ipe_siphash_bytes(&hash, digest->bytes, digest->len);
	return ipe_siphash_end(&hash);
}

static uint32_t first_slot(const struct ipe_policy *policy, const struct ipe_key *key)
{
	struct ipe_siphash hash;
	unsigned int kind;

	ipe_siphash_start(&hash, policy->seed);
	ipe_siphash_word(&hash, (uint64_t)key->any << 32 | key->shape);
	for (kind = 0; kind < IPE_DIGEST_KIND_COUNT; kind++)
		ipe_siphash_word(&hash, key->any & 1U << kind ? 0 : key->hash[kind]);
	return (uint32_t)((ipe_siphash_end(&hash) >> 32) * policy->slot_count >> 32);
}

static bool rule_has_key(const struct ipe_policy *policy, const struct ipe_rule *rule,
			 const struct ipe_key *key)
{
	struct ipe_operands operands = ipe_rule_operands(policy, rule);
	uint32_t i;

	if ((rule->shape & ~IPE_RULE_LIST) != key->shape)
		return false;
	for (i = 0; i < operands.count; i++) {
		struct ipe_digest digest;
		enum ipe_digest_kind kind;

		kind = ipe_digest_read(&policy->pool, operands.places[i], &digest);
		if (!(key->any & 1U << kind) && !ipe_digest_equal(&digest, key->digest[kind]))
			return false;
	}
	return true;
}

/* The slot that has the key, or the empty one where it belongs. */
static uint32_t *find_slot(const struct ipe_policy *policy, const struct ipe_key *key)
{
	const struct ipe_rule *rules = ipe_policy_rules(policy);
	uint32_t i = first_slot(policy, key);

	for (; policy->slots[i]; i = i + 1 < policy->slot_count ? i + 1 : 0) {
		uint32_t slot = policy->slots[i];

		if ((slot & ((1U << ANY_BITS) - 1)) == key->any &&
		    rule_has_key(policy, &rules[(slot >> ANY_BITS) - 1], key))
			break;
	}
	return &policy->slots[i];
}

uint32_t ipe_index_find(const struct ipe_policy *policy, const struct ipe_key *key)
{
	uint32_t slot = *find_slot(policy, key);

	return slot ? (slot >> ANY_BITS) - 1 : IPE_NO_RULE;
}

void ipe_index_add(struct ipe_policy *policy, const struct ipe_key *key, uint32_t rule)
{
	uint32_t *slot = find_slot(policy, key);

	if (!*slot)
		*slot = (rule + 1) << ANY_BITS | key->any;
}
