/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "decision.h"
#include "digest_text.h"
#include "memory.h"
#include "output.h"
#include "vocabulary.h"

void judge_facts(const struct ipe_policy *policy, unsigned int op, const struct ipe_facts *facts,
		 struct judgement *ret)
{
	*ret = (struct judgement){ .policy = policy, .op = op, .facts = facts };
	ret->decision = ipe_policy_decide(policy, op, facts);
	ret->doubt = find_doubt(policy, op, facts, &ret->decision);
	switch (ret->decision.basis) {
	case IPE_BY_RULE:
		ret->words = format_rule(policy, ret->decision.rule);
		break;
	case IPE_BY_OP_DEFAULT:
		ret->words = format_default(op, ret->decision.action);
		break;
	case IPE_BY_GLOBAL_DEFAULT:
		ret->words = format_default(IPE_OP_ANY, ret->decision.action);
		break;
	case IPE_BY_NOTHING:
	default:
		break;
	}
}

void free_judgement(struct judgement *judgement)
{
	free(judgement->words);
	judgement->words = NULL;
}

char *format_flag_fact(const struct ipe_facts *facts, unsigned int flag)
{
	if (!(facts->known & MASK(flag)))
		return format_text("unknown");
	return format_text(facts->truth & MASK(flag) ? "TRUE" : "FALSE");
}

char *format_digest_fact(const struct ipe_facts *facts, unsigned int kind)
{
	switch (facts->digest[kind].knowledge) {
	case IPE_PRESENT:
		return format_digest(&facts->digest[kind].value);
	case IPE_ABSENT:
		return format_text("none");
	case IPE_UNKNOWN:
	default:
		return format_text("unknown");
	}
}

void print_judgement(const struct judgement *judgement, const char *subject)
{
	const struct ipe_decision *decision = &judgement->decision;

	printf("%-5s  ", ipe_action_name(decision->action));
	print_escaped(stdout, subject, strlen(subject));
	if (judgement->words)
		printf(": line %u, %s\n", decision->line, judgement->words);
	else
		fputs(": neither a rule nor a DEFAULT is for this operation\n", stdout);
	if (!judgement->doubt.flags && !judgement->doubt.kinds)
		return;
	fputs("       uncertain; it is not known what these are:", stdout);
	for (unsigned int i = 0; i < IPE_FLAG_COUNT; i++)
		if (judgement->doubt.flags & MASK(i))
			printf(" %s", ipe_flag_name(i));
	for (unsigned int i = 0; i < IPE_DIGEST_KIND_COUNT; i++)
		if (judgement->doubt.kinds & MASK(i))
			printf(" %s", ipe_digest_kind_name(i));
	putchar('\n');
}

void put_judgement(json_t *object, const struct judgement *judgement)
{
	static const char *const bases[] = {
		[IPE_BY_NOTHING] = "nothing",
		[IPE_BY_RULE] = "rule",
		[IPE_BY_OP_DEFAULT] = "op-default",
		[IPE_BY_GLOBAL_DEFAULT] = "default",
	};
	const struct ipe_decision *decision = &judgement->decision;

	json_put_string(object, "op", ipe_op_name(judgement->op));
	json_put_string(object, "action", ipe_action_name(decision->action));
	json_put_string(object, "basis", bases[decision->basis]);
	json_put(object, "line", json_integer(decision->line));
	json_put_name(object, "words", judgement->words);
	json_put(object, "certain",
		 json_boolean(!judgement->doubt.flags && !judgement->doubt.kinds));
}

json_t *facts_object(const struct ipe_facts *facts)
{
	json_t *object = json_object();
	char *text;

	for (unsigned int i = 0; i < IPE_FLAG_COUNT; i++)
		json_put(object, ipe_flag_name(i),
			 facts->known & MASK(i) ? json_boolean(facts->truth & MASK(i))
						: json_string("unknown"));
	for (unsigned int i = 0; i < IPE_DIGEST_KIND_COUNT; i++) {
		text = format_digest_fact(facts, i);
		json_put_name(object, ipe_digest_kind_name(i), text);
		free(text);
	}
	return object;
}

enum exit_status judgement_status(const struct judgement *judgement)
{
	return judgement->decision.action == IPE_ACTION_ALLOW ? STATUS_ALLOWED : STATUS_REFUSED;
}
