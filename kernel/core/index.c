// SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-or-later
/*
 * The index: a hash table with open addressing and linear probing. A slot is 0 when empty. Else it
 * has, from its lowest bit: the rule's number plus one, in as many bits as the policy's rules need;
 * a bit for each kind of digest that is unknown in this entry; and of the hash what fits, so that a
 * search hardly ever looks at a rule in vain.
 */
#include "internal.h"
#include "siphash.h"

#define ANY_BITS IPE_DIGEST_KIND_COUNT

/* A rule takes 20 bytes of text and more, so its number fits. */
_Static_assert(IPE_TEXT_MAX / 20 < 0xffffffffU >> ANY_BITS, "a slot must hold any rule's number");

uint64_t ipe_index_hash_digest(const struct ipe_policy *policy, const struct ipe_digest *digest)
{
	struct ipe_siphash hash;

	ipe_siphash_start(&hash, policy->seed);
	ipe_siphash_bytes(&hash, digest->algorithm.at, digest->algorithm.len);
	ipe_siphash_bytes(&hash, digest->bytes, digest->len);
	return ipe_siphash_end(&hash,
			       (uint64_t)digest->algorithm.len << 32 | (uint32_t)digest->len);
}

/*
 * What the author of a policy could use to make entries collide is in the hashes of the digests,
 * which nobody knows. What is left to tell apart are shapes: any odd factor does.
 */
static uint64_t hash_key(const struct ipe_key *key)
{
	const uint64_t factor = 0x9e3779b97f4a7c15;
	uint64_t hash = key->any << IPE_SHAPE_BITS | key->shape;
	unsigned int kind;

	for (kind = 0; kind < IPE_DIGEST_KIND_COUNT; kind++)
		hash = hash * factor + (key->any & 1U << kind ? 0 : key->hash[kind]);
	return hash * factor;
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

static uint32_t slot_rule(const struct ipe_policy *policy, uint32_t slot)
{
	return (slot & ((1U << policy->number_bits) - 1)) - 1;
}

/* All of a slot but the rule's number. */
static uint32_t make_tag(const struct ipe_policy *policy, const struct ipe_key *key, uint64_t hash)
{
	uint32_t tag = (uint32_t)hash >> ANY_BITS << ANY_BITS | key->any;

	return tag << policy->number_bits;
}

/* The slot that has the key, or the empty one where it belongs. */
static uint32_t *find_slot(const struct ipe_policy *policy, const struct ipe_key *key,
			   uint32_t *ret_tag)
{
	const struct ipe_rule *rules = ipe_policy_rules(policy);
	uint64_t hash = hash_key(key);
	uint32_t i = (uint32_t)((hash >> 32) * policy->slot_count >> 32);
	uint32_t tag = make_tag(policy, key, hash), slot;

	*ret_tag = tag;
	while ((slot = policy->slots[i]) != 0) {
		if (slot >> policy->number_bits == tag >> policy->number_bits &&
		    rule_has_key(policy, &rules[slot_rule(policy, slot)], key))
			break;
		i = i + 1 < policy->slot_count ? i + 1 : 0;
	}
	return &policy->slots[i];
}

uint32_t ipe_index_find(const struct ipe_policy *policy, const struct ipe_key *key)
{
	uint32_t tag, slot = *find_slot(policy, key, &tag);

	return slot ? slot_rule(policy, slot) : IPE_NO_RULE;
}

void ipe_index_add(struct ipe_policy *policy, const struct ipe_key *key, uint32_t rule)
{
	uint32_t tag, *slot = find_slot(policy, key, &tag);

	if (!*slot)
		*slot = tag | (rule + 1);
}
