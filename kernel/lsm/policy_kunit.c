// SPDX-License-Identifier: GPL-2.0-only
/*
 * The policy core in the kernel, against the tables that its user-space tests have as well; and what
 * else of the module needs no file and no hook.
 */
#include <kunit/test.h>
#include <linux/mm.h>
#include <linux/string.h>

#include "ipe.h"
#include "policy-vectors.h"

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

#define TEXT(literal) ((struct ipe_span){ literal, sizeof(literal) - 1 })

KUNIT_DEFINE_ACTION_WRAPPER(free_memory, kvfree, const void *);

static void expect_line(struct kunit *test, const struct ipe_lines *lines, u32 number,
			struct ipe_span expected)
{
	expect_span(test, ipe_lines_get(lines, number), expected);
}

static void index_lines(struct kunit *test, struct ipe_lines *lines, struct ipe_span text)
{
	KUNIT_ASSERT_EQ(test, ipe_lines_index(lines, text), 0);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, free_memory, lines->starts), 0);
}

static void every_kind_of_line_end_is_counted_once(struct kunit *test)
{
	struct ipe_lines lines = {};

	index_lines(test, &lines, TEXT("one\ntwo\r\nthree\rfour\n\r\nsix\n\rnine"));
	expect_line(test, &lines, 0, TEXT(""));
	expect_line(test, &lines, 1, TEXT("one"));
	expect_line(test, &lines, 2, TEXT("two"));
	expect_line(test, &lines, 3, TEXT("three"));
	expect_line(test, &lines, 4, TEXT("four"));
	expect_line(test, &lines, 5, TEXT(""));
	expect_line(test, &lines, 6, TEXT("six"));
	expect_line(test, &lines, 7, TEXT(""));
	expect_line(test, &lines, 8, TEXT("nine"));
	expect_line(test, &lines, 9, TEXT(""));
	expect_line(test, &lines, U32_MAX, TEXT(""));
}

#define MANY_LINES 200

static void a_line_of_many_is_found(struct kunit *test)
{
	char *text = kunit_kmalloc(test, MANY_LINES * sizeof("000"), GFP_KERNEL);
	struct ipe_lines lines = {};
	char expected[sizeof("000\n")];
	unsigned int number;

	KUNIT_ASSERT_NOT_NULL(test, text);
	for (number = 1; number <= MANY_LINES; number++) {
		snprintf(expected, sizeof(expected), "%03u\n", number);
		memcpy(text + (number - 1) * 4, expected, 4);
	}
	index_lines(test, &lines, (struct ipe_span){ text, MANY_LINES * 4 });
	for (number = 1; number <= MANY_LINES; number++)
		expect_line(test, &lines, number, (struct ipe_span){ text + (number - 1) * 4, 3 });
	expect_line(test, &lines, MANY_LINES + 1, TEXT(""));
}

/* What is noted lasts until the next boot. */
static void a_version_below_the_highest_is_stale(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, ipe_admit_version("kunit-a", 5), 0);
	KUNIT_EXPECT_EQ(test, ipe_admit_version("kunit-a", 5), 0);
	KUNIT_EXPECT_EQ(test, ipe_admit_version("kunit-a", 4), -ESTALE);
	KUNIT_EXPECT_EQ(test, ipe_admit_version("kunit-b", 4), 0);
	KUNIT_EXPECT_EQ(test, ipe_admit_version("kunit-a", U64_MAX), 0);
	KUNIT_EXPECT_EQ(test, ipe_admit_version("kunit-a", 6), -ESTALE);
	KUNIT_EXPECT_EQ(test, ipe_admit_version("kunit-b", 5), 0);
}

#define MAGIC "~Module signature appended~\n"

static void expect_split(struct kunit *test, struct ipe_span file, int expected)
{
	struct ipe_span text = {}, signature = {};
	int result = ipe_split_signed((const u8 *)file.at, file.len, &text, &signature);

	KUNIT_ASSERT_EQ(test, result, expected);
	if (result == 1) {
		expect_span(test, text, TEXT("text"));
		expect_span(test, signature, TEXT("signature"));
	}
}

static void an_appended_signature_is_split_off(struct kunit *test)
{
	expect_split(test, TEXT("textsignature\0\0\2\0\0\0\0\0\0\0\0\11" MAGIC), 1);
	expect_split(test, TEXT("textsignature\0\0\2\0\0\0\0\0\0\0\0\11"), 0);
	expect_split(test, TEXT(""), 0);
	expect_split(test, TEXT(MAGIC), -EBADMSG);
	/* Longer than what is before it; empty; not PKCS#7; with what PKCS#7 does not have. */
	expect_split(test, TEXT("textsignature\0\0\2\0\0\0\0\0\0\0\0\16" MAGIC), -EBADMSG);
	expect_split(test, TEXT("textsignature\0\0\2\0\0\0\0\0\377\377\377\377" MAGIC), -EBADMSG);
	expect_split(test, TEXT("textsignature\0\0\2\0\0\0\0\0\0\0\0\0" MAGIC), -EBADMSG);
	expect_split(test, TEXT("textsignature\0\0\1\0\0\0\0\0\0\0\0\11" MAGIC), -EBADMSG);
	expect_split(test, TEXT("textsignature\0\0\2\1\0\0\0\0\0\0\0\11" MAGIC), -EBADMSG);
}

KUNIT_ARRAY_PARAM_DESC(syntax_vectors, ipe_syntax_vectors, name);
KUNIT_ARRAY_PARAM_DESC(decision_vectors, ipe_decision_vectors, name);

static struct kunit_case policy_cases[] = {
	KUNIT_CASE_PARAM(syntax, syntax_vectors_gen_params),
	KUNIT_CASE_PARAM(decisions, decision_vectors_gen_params),
	KUNIT_CASE(every_kind_of_line_end_is_counted_once),
	KUNIT_CASE(a_line_of_many_is_found),
	KUNIT_CASE(a_version_below_the_highest_is_stale),
	KUNIT_CASE(an_appended_signature_is_split_off),
	{},
};

static struct kunit_suite policy_suite = {
	.name = "ipe-policy",
	.test_cases = policy_cases,
};

kunit_test_suite(policy_suite);
