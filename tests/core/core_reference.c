// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Random policies and random facts: the core must agree with the reference walk.
 *
 * usage: core_reference [DECISIONS [SEED]]
 */
#include <stdio.h>

#include "memory.h"
#include "random_model.h"
#include "suite.h"

#define FACTS_PER_POLICY 100

static unsigned long decisions = 200000;
static uint64_t seed = 1;

struct subject {
	struct model model;
	char *text;
	size_t len;
	struct ipe_policy *policy;
};

static void make_subject(struct random *random, struct subject *subject)
{
	const struct ipe_parse_options options = {
		IPE_PARSE_EXTENSIONS,
		{ random_word(random), random_word(random) },
	};
	struct ipe_parse_error error = { 0 };

	random_fill_model(random, &subject->model);
	subject->text = random_write_model(random, &subject->model, &subject->len);
	ck_assert_msg(ipe_policy_parse(subject->text, subject->len, &options, &subject->policy,
				       &error) == 0,
		      "%u:%u: %s\n%s", error.line, error.column, error.sentence, subject->text);
}

static void free_subject(struct subject *subject)
{
	ipe_policy_free(subject->policy);
	model_clear(&subject->model);
	free(subject->text);
}

static bool same_decision(const struct ipe_decision *a, const struct ipe_decision *b)
{
	return a->action == b->action && a->basis == b->basis && a->rule == b->rule &&
	       a->line == b->line && a->certain == b->certain;
}

static void describe(const struct ipe_decision *decision, char *buf, size_t size)
{
	snprintf(buf, size, "action %u, basis %u, rule %u, line %u, certain %d", decision->action,
		 decision->basis, decision->rule, decision->line, decision->certain);
}

START_TEST(core_and_reference_agree_in_action_and_deciding_rule)
{
	struct random random = { seed };
	struct subject subject;
	unsigned long i, by_rule = 0;

	for (i = 0; i < decisions; i++) {
		unsigned int op = random_below(&random, IPE_OP_COUNT + 1);
		struct ipe_decision expected, decision;
		struct ipe_facts facts;
		char ours[128], theirs[128];

		if (i % FACTS_PER_POLICY == 0)
			make_subject(&random, &subject);
		/* Most policies are for few operations. */
		op = random_below(&random, 2) ? IPE_OP_EXECUTE : op;
		random_fill_facts(&random, &facts);
		expected = model_decide(&subject.model, op, &facts);
		decision = ipe_policy_decide(subject.policy, op, &facts);
		describe(&expected, theirs, sizeof(theirs));
		describe(&decision, ours, sizeof(ours));
		ck_assert_msg(same_decision(&expected, &decision),
			      "seed %llu, decision %lu, op %u: %s, not %s\n%s",
			      (unsigned long long)seed, i, op, ours, theirs, subject.text);
		by_rule += decision.basis == IPE_BY_RULE;
		if (i % FACTS_PER_POLICY == FACTS_PER_POLICY - 1 || i == decisions - 1)
			free_subject(&subject);
	}
	ck_assert_msg(by_rule > decisions / 4, "only %lu decisions by a rule", by_rule);
	ck_assert_uint_eq(memory_blocks(), 0);
}
END_TEST

START_TEST(what_is_allowed_with_facts_unknown_is_allowed_whatever_they_are)
{
	struct random random = { ~seed };
	struct subject subject;
	unsigned long i, allowed = 0;

	for (i = 0; i < decisions / 10; i++) {
		unsigned int op = random_below(&random, 2);
		struct ipe_facts facts;
		struct ipe_decision decision;
		unsigned int guess;

		if (i % FACTS_PER_POLICY == 0)
			make_subject(&random, &subject);
		random_fill_facts(&random, &facts);
		decision = ipe_policy_decide(subject.policy, op, &facts);
		for (guess = 0; decision.action == IPE_ACTION_ALLOW && guess < 8; guess++) {
			struct ipe_facts complete = facts;

			random_complete_facts(&random, &complete);
			decision = ipe_policy_decide(subject.policy, op, &complete);
			ck_assert_msg(decision.action == IPE_ACTION_ALLOW,
				      "seed %llu, decision %lu\n%s", (unsigned long long)seed, i,
				      subject.text);
			allowed++;
		}
		if (i % FACTS_PER_POLICY == FACTS_PER_POLICY - 1 || i == decisions / 10 - 1)
			free_subject(&subject);
	}
	ck_assert_uint_gt(allowed, decisions / 10);
}
END_TEST

/* One policy's rules are another's, but for the lines they stand in. */
static void assert_same_rules(const struct ipe_policy *a, const struct ipe_policy *b)
{
	uint32_t i;

	ck_assert_uint_eq(ipe_policy_get_rule_count(a), ipe_policy_get_rule_count(b));
	for (i = 0; i < ipe_policy_get_rule_count(a); i++) {
		struct ipe_rule_view one, other;

		ck_assert(ipe_policy_get_rule(a, i, &one));
		ck_assert(ipe_policy_get_rule(b, i, &other));
		ck_assert(one.op == other.op && one.action == other.action);
		ck_assert(one.must_be_true == other.must_be_true);
		ck_assert(one.must_be_false == other.must_be_false);
		ck_assert(one.digest_count == other.digest_count && one.never == other.never);
	}
}

START_TEST(parsing_what_was_printed_gives_the_same_policy)
{
	struct random random = { seed + 1 };
	unsigned long i, j;

	for (i = 0; i < decisions / FACTS_PER_POLICY; i++) {
		struct subject subject;
		struct ipe_policy *again;
		size_t len, len_again;
		char *text, *text_again;

		make_subject(&random, &subject);
		text = print_policy(subject.policy, &len);
		again = parse_good(text, len);
		text_again = print_policy(again, &len_again);
		ck_assert_mem_eq(text, text_again, len < len_again ? len : len_again);
		ck_assert_uint_eq(len, len_again);
		assert_same_rules(subject.policy, again);

		for (j = 0; j < 10; j++) {
			struct ipe_decision before, after;
			struct ipe_facts facts;

			random_fill_facts(&random, &facts);
			before = ipe_policy_decide(subject.policy, IPE_OP_EXECUTE, &facts);
			after = ipe_policy_decide(again, IPE_OP_EXECUTE, &facts);
			before.line = after.line;
			ck_assert(same_decision(&before, &after));
		}
		free(text);
		free(text_again);
		ipe_policy_free(again);
		free_subject(&subject);
	}
}
END_TEST

START_TEST(a_policy_reads_back_as_it_was_written)
{
	struct random random = { seed + 2 };
	unsigned long i;

	for (i = 0; i < decisions; i += FACTS_PER_POLICY) {
		struct subject subject;
		struct model model;
		struct ipe_facts facts;
		unsigned int j;

		make_subject(&random, &subject);
		model_read(&model, subject.policy);
		ck_assert_uint_eq(model.rule_count, subject.model.rule_count);
		for (j = 0; j < FACTS_PER_POLICY / 10; j++) {
			struct ipe_decision written, read;

			random_fill_facts(&random, &facts);
			written = model_decide(&subject.model, IPE_OP_EXECUTE, &facts);
			read = model_decide(&model, IPE_OP_EXECUTE, &facts);
			ck_assert(same_decision(&written, &read));
		}
		model_clear(&model);
		free_subject(&subject);
	}
}
END_TEST

int main(int argc, char **argv)
{
	const struct test_case cases[] = {
		{ "agree", core_and_reference_agree_in_action_and_deciding_rule, 1 },
		{ "unknown", what_is_allowed_with_facts_unknown_is_allowed_whatever_they_are, 1 },
		{ "print", parsing_what_was_printed_gives_the_same_policy, 1 },
		{ "read", a_policy_reads_back_as_it_was_written, 1 },
	};

	if (argc > 1)
		decisions = strtoul(argv[1], NULL, 10);
	if (argc > 2)
		seed = strtoull(argv[2], NULL, 10);
	if (!decisions)
		return EXIT_FAILURE;
	return run_suite("core against reference", cases, sizeof(cases) / sizeof(cases[0]),
			 30 + (double)decisions / 1000);
}
