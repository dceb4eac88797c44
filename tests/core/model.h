/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The reference: rules in a list, and a walk over it from the first to the last. It shares nothing
 * with the core but the vocabulary and the facts.
 */
#ifndef IPE_TEST_MODEL_H
#define IPE_TEST_MODEL_H

#include "policy.h"

struct model_digest {
	enum ipe_digest_kind kind;
	struct ipe_digest value;
};

struct model_rule {
	uint32_t line;
	unsigned int op;
	enum ipe_action action;
	uint32_t must_be_true;
	uint32_t must_be_false;
	struct model_digest *digests;
	size_t digest_count;
};

struct model_default {
	bool given;
	uint32_t line;
	enum ipe_action action;
};

struct model {
	struct model_default defaults[IPE_OP_COUNT + 1];
	struct model_rule *rules;
	size_t rule_count;
};

struct ipe_decision model_decide(const struct model *model, unsigned int op,
				 const struct ipe_facts *facts);

/* A model of what a policy says of itself; its digests are borrowed from the policy. */
void model_read(struct model *model, const struct ipe_policy *policy);
void model_clear(struct model *model);

#endif
