// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Long texts that would take hours if anything in the core took time by the square of a length. A
 * test that takes longer than its time limit fails.
 */
#include <stdarg.h>
#include <stdio.h>

#include "suite.h"

#define MANY   200000
#define HEADER "policy_name=p policy_version=0.0.0\nDEFAULT action=DENY\n"

struct text {
	char *bytes;
	size_t len;
	FILE *file;
};

static void start(struct text *text)
{
	text->file = open_memstream(&text->bytes, &text->len);
	ck_assert_ptr_nonnull(text->file);
	fputs(HEADER, text->file);
}

/* Parses the text; the number of its rules. */
static uint32_t finish(struct text *text)
{
	struct ipe_policy *policy;
	uint32_t count;

	ck_assert_int_eq(fclose(text->file), 0);
	policy = parse_good(text->bytes, text->len);
	count = ipe_policy_get_rule_count(policy);
	ipe_policy_free(policy);
	free(text->bytes);
	return count;
}

static const char *const fillers[] = {
	"\r", "\n", "#", " ", "\t", "\v", "#\n", " \v", "\v\n", "#\r"
};

START_TEST(what_says_nothing_takes_linear_time)
{
	struct text text;
	unsigned int i;

	start(&text);
	for (i = 0; i < 10 * MANY; i++)
		fputs(fillers[_i], text.file);
	ck_assert_uint_eq(finish(&text), 0);
}
END_TEST

START_TEST(many_words_in_one_rule_take_linear_time)
{
	struct text text;
	unsigned int i;

	start(&text);
	fputs("op=EXECUTE", text.file);
	for (i = 0; i < MANY; i++)
		fprintf(text.file, " boot_verified=TRUE fsverity_digest=a%u:%08x", i, i);
	fputs(" action=ALLOW\n", text.file);
	ck_assert_uint_eq(finish(&text), 1);
}
END_TEST

START_TEST(equal_rules_take_linear_time)
{
	struct text text;
	unsigned int i;

	start(&text);
	for (i = 0; i < MANY; i++)
		fputs("op=EXECUTE fsverity_digest=sha256:00 action=DENY\n", text.file);
	ck_assert_uint_eq(finish(&text), MANY);
}
END_TEST

START_TEST(one_digest_under_many_algorithms_takes_linear_time)
{
	struct text text;
	unsigned int i;

	start(&text);
	for (i = 0; i < MANY; i++)
		fprintf(text.file, "op=EXECUTE fsverity_digest=a%u:00 action=ALLOW\n", i);
	ck_assert_uint_eq(finish(&text), MANY);
}
END_TEST

START_TEST(pairs_of_few_digests_take_linear_time)
{
	struct text text;
	unsigned int i, j;

	start(&text);
	for (i = 0; i < 400; i++)
		for (j = 0; j < 400; j++)
			fprintf(text.file,
				"op=EXECUTE fsverity_digest=sha256:%04x "
				"dmverity_roothash=sha256:%04x action=DENY\n",
				i, j);
	ck_assert_uint_eq(finish(&text), 400 * 400);
}
END_TEST

START_TEST(every_shape_of_rule_takes_linear_time)
{
	static const char *const digests[] = { "", " fsverity_digest=a:00",
					       " dmverity_roothash=a:00",
					       " fsverity_digest=a:00 dmverity_roothash=a:00" };
	struct text text;
	unsigned int i, flag;

	start(&text);
	for (i = 0; i < 1U << (2 * IPE_FLAG_COUNT + 2); i++) {
		fprintf(text.file, "op=%s", ipe_op_name(i % IPE_OP_COUNT));
		for (flag = 0; flag < IPE_FLAG_COUNT; flag++) {
			if (i & 1U << flag)
				fprintf(text.file, " %s=TRUE", ipe_flag_name(flag));
			if (i & 1U << (IPE_FLAG_COUNT + flag))
				fprintf(text.file, " %s=FALSE", ipe_flag_name(flag));
		}
		fprintf(text.file, "%s action=ALLOW\n", digests[i >> (2 * IPE_FLAG_COUNT)]);
	}
	ck_assert_uint_eq(finish(&text), 1U << (2 * IPE_FLAG_COUNT + 2));
}
END_TEST

START_TEST(every_one_of_many_digests_is_found)
{
	struct text text;
	struct ipe_policy *policy;
	struct ipe_facts facts;
	unsigned int i;

	start(&text);
	for (i = 0; i < MANY; i++)
		fprintf(text.file, "op=EXECUTE fsverity_digest=sha256:%08x action=ALLOW\n", i);
	ck_assert_int_eq(fclose(text.file), 0);
	policy = parse_good(text.bytes, text.len);
	free(text.bytes);

	ipe_facts_set_anonymous(&facts);
	for (i = 0; i < 2 * MANY; i++) {
		const uint8_t bytes[4] = { (uint8_t)(i >> 24), (uint8_t)(i >> 16),
					   (uint8_t)(i >> 8), (uint8_t)i };
		const struct ipe_digest digest = { { "sha256", 6 }, bytes, sizeof(bytes) };
		struct ipe_decision decision;

		ipe_facts_set_digest(&facts, IPE_DIGEST_FSVERITY_DIGEST, &digest);
		decision = ipe_policy_decide(policy, IPE_OP_EXECUTE, &facts);
		if (i < MANY)
			ck_assert(decision.basis == IPE_BY_RULE && decision.rule == i &&
				  decision.line == i + 3);
		else
			ck_assert(decision.basis == IPE_BY_GLOBAL_DEFAULT);
	}
	ipe_policy_free(policy);
}
END_TEST

int main(void)
{
	const struct test_case cases[] = {
		{ "filler", what_says_nothing_takes_linear_time,
		  sizeof(fillers) / sizeof(fillers[0]) },
		{ "words", many_words_in_one_rule_take_linear_time, 1 },
		{ "equal", equal_rules_take_linear_time, 1 },
		{ "algorithms", one_digest_under_many_algorithms_takes_linear_time, 1 },
		{ "pairs", pairs_of_few_digests_take_linear_time, 1 },
		{ "shapes", every_shape_of_rule_takes_linear_time, 1 },
		{ "found", every_one_of_many_digests_is_found, 1 },
	};

	return run_suite("core scale", cases, sizeof(cases) / sizeof(cases[0]), 20);
}
