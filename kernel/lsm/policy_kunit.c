// SPDX-License-Identifier: GPL-2.0-only
/* The policy core in the kernel, against the tables that its user-space tests have as well. */
#include <kunit/test.h>
#include <linux/string.h>

#include "core/policy-vectors.h"

KUNIT_DEFINE_ACTION_WRAPPER(free_policy, ipe_policy_free, struct ipe_policy *);

/* A policy, or what is wrong with the text, of which nothing can be read behind its length. */
static int parse(struct kunit *test, struct ipe_span text, u32 flags, struct ipe_policy **ret,
		 struct ipe_parse_error *reterr)
{
	const struct ipe_parse_options options = { .flags = flags, .seed = { 3, 4 } };
	char *copy = kunit_kmalloc(test, text.len, GFP_KERNEL);
	int result;

	KUNIT_ASSERT_NOT_NULL(test, copy);
	memcpy(copy, text.at, text.len);
	result = ipe_policy_parse(copy, text.len, &options, ret, reterr);
	if (result)
		return result;
	return kunit_add_action_or_reset(test, free_policy, *ret);
}

static void expect_span(struct kunit *test, struct ipe_span got, struct ipe_span expected)
{
	KUNIT_ASSERT_EQ(test, got.len, expected.len);
	if (expected.len)
		KUNIT_EXPECT_MEMEQ(test, got.at, expected.at, expected.len);
}

static void expect_canonical(struct kunit *test, const struct ipe_policy *policy,
			     struct ipe_span expected)
{
	size_t len = ipe_policy_print(policy, NULL, 0);
	char *text = kunit_kmalloc(test, len, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, text);
	KUNIT_EXPECT_EQ(test, ipe_policy_print(policy, text, len), len);
	expect_span(test, (struct ipe_span){ text, len }, expected);
}

static void syntax(struct kunit *test)
{
	const struct ipe_syntax_vector *vector = test->param_value;
	struct ipe_parse_error error = {};
	struct ipe_policy *policy = NULL;
	int result = parse(test, vector->text, vector->flags, &policy, &error);

	KUNIT_ASSERT_EQ(test, result, vector->error);
	if (!result) {
		expect_canonical(test, policy, vector->canonical);
		return;
	}
	KUNIT_EXPECT_NULL(test, policy);
	KUNIT_EXPECT_EQ(test, error.reason, vector->reason);
	KUNIT_EXPECT_EQ(test, error.line, vector->line);
	KUNIT_EXPECT_EQ(test, error.column, vector->column);
	/* The token is a part of the copy, which lives as long as the test. */
	expect_span(test, error.token, vector->token);
}

static void decisions(struct kunit *test)
{
	const struct ipe_decision_vector *vector = test->param_value;
	struct ipe_policy *policy = NULL;
	struct ipe_decision decision;

	KUNIT_ASSERT_EQ(test, parse(test, vector->policy, vector->flags, &policy, NULL), 0);
	decision = ipe_policy_decide(policy, vector->op, &vector->facts);
	KUNIT_EXPECT_EQ(test, decision.action, vector->action);
	KUNIT_EXPECT_EQ(test, decision.basis, vector->basis);
	KUNIT_EXPECT_EQ(test, decision.line, vector->line);
	KUNIT_EXPECT_EQ(test, decision.certain, vector->certain);
}

KUNIT_ARRAY_PARAM_DESC(syntax_vectors, ipe_syntax_vectors, name);
KUNIT_ARRAY_PARAM_DESC(decision_vectors, ipe_decision_vectors, name);

static struct kunit_case policy_cases[] = {
	KUNIT_CASE_PARAM(syntax, syntax_vectors_gen_params),
	KUNIT_CASE_PARAM(decisions, decision_vectors_gen_params),
	{},
};

static struct kunit_suite policy_suite = {
	.name = "ipe-policy",
	.test_cases = policy_cases,
};

kunit_test_suite(policy_suite);
