// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The first bytes choose facts, the rest is a policy. Core and reference must decide the same.
 *
 * 0: operation; 1: known flags; 2: their values; 3 and 4, for each kind of digest: nothing known,
 * absent, or the digest of a rule that the byte chooses.
 */
#include "fuzz.h"
#include "memory.h"
#include "model.h"

#define HEAD (3 + IPE_DIGEST_KIND_COUNT)

/* A digest that the policy names somewhere, for whichever kind it does. */
static bool choose_digest(const struct model *model, uint8_t byte, struct ipe_digest *ret)
{
	size_t i, count = 0;

	for (i = 0; i < model->rule_count; i++)
		count += model->rules[i].digest_count;
	if (!count)
		return false;
	count = byte % count;
	for (i = 0; count >= model->rules[i].digest_count; i++)
		count -= model->rules[i].digest_count;
	*ret = model->rules[i].digests[count].value;
	return true;
}

static void choose_facts(const struct model *model, const uint8_t *head, struct ipe_facts *facts)
{
	unsigned int kind;

	*facts = (struct ipe_facts){ .known = head[1], .truth = head[2] };
	for (kind = 0; kind < IPE_DIGEST_KIND_COUNT; kind++) {
		uint8_t byte = head[3 + kind];
		struct ipe_digest digest;

		if (byte == 0)
			continue;
		if (byte == 1 || !choose_digest(model, byte, &digest))
			ipe_facts_set_digest(facts, (enum ipe_digest_kind)kind, NULL);
		else
			ipe_facts_set_digest(facts, (enum ipe_digest_kind)kind, &digest);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct ipe_parse_options options = { IPE_PARSE_EXTENSIONS, { size, 1 } };
	struct ipe_decision expected, decision;
	struct ipe_policy *policy;
	struct ipe_facts facts;
	struct model model;

	if (size < HEAD ||
	    ipe_policy_parse((const char *)data + HEAD, size - HEAD, &options, &policy, NULL) != 0)
		return 0;
	model_read(&model, policy);
	choose_facts(&model, data, &facts);
	expected = model_decide(&model, data[0] % (IPE_OP_COUNT + 1), &facts);
	decision = ipe_policy_decide(policy, data[0] % (IPE_OP_COUNT + 1), &facts);
	FUZZ_REQUIRE(decision.action == expected.action && decision.basis == expected.basis);
	FUZZ_REQUIRE(decision.rule == expected.rule && decision.line == expected.line);
	FUZZ_REQUIRE(decision.certain == expected.certain);
	model_clear(&model);
	ipe_policy_free(policy);
	FUZZ_REQUIRE(memory_blocks() == 0);
	return 0;
}
