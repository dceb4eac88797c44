/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IPECTL_POLICY_DECISION_H
#define IPECTL_POLICY_DECISION_H

#include <jansson.h>

#include "core/policy.h"
#include "doubt.h"
#include "ipectl.h"

/* What a policy says about facts, and the policy's own words for it. */
struct judgement {
	const struct ipe_policy *policy;
	unsigned int op;
	const struct ipe_facts *facts;
	struct ipe_decision decision;
	struct doubt doubt;
	/* The rule or DEFAULT that decides, to be freed; NULL if nothing does. */
	char *words;
};

void judge_facts(const struct ipe_policy *policy, unsigned int op, const struct ipe_facts *facts,
		 struct judgement *ret);
void free_judgement(struct judgement *judgement);

/* "ALLOW  SUBJECT: line N, RULE", and what an uncertain answer rests on. */
void print_judgement(const struct judgement *judgement, const char *subject);
void put_judgement(json_t *object, const struct judgement *judgement);

/* {"boot_verified": true, "fsverity_digest": "sha256:...", ...}; what is unknown is "unknown". */
json_t *facts_object(const struct ipe_facts *facts);

/* The value of a property as a policy would have it, "none" or "unknown"; to be freed. */
char *format_flag_fact(const struct ipe_facts *facts, unsigned int flag);
char *format_digest_fact(const struct ipe_facts *facts, unsigned int kind);

enum exit_status judgement_status(const struct judgement *judgement);

#endif
