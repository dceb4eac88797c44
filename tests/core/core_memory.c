// SPDX-License-Identifier: LGPL-2.1-or-later
/* Every allocation may fail. */
#include <stdio.h>

#include "memory.h"
#include "suite.h"

#define HEADER	"policy_name=p policy_version=0.0.0\nDEFAULT action=DENY\n"
#define DIGESTS "dmverity_roothash=sha256:00 fsverity_digest=custom:0102 "

static const struct ipe_span texts[] = {
	{ TEXT(HEADER) },
	{ TEXT(HEADER "op=EXECUTE action=ALLOW\n") },
	{ TEXT(HEADER "op=EXECUTE fsverity_digest=sha256:00 action=ALLOW\n") },
	{ TEXT(HEADER "op=EXECUTE " DIGESTS "action=DENY\n") },
	{ TEXT(HEADER "op=EXECUTE " DIGESTS DIGESTS DIGESTS "fsverity_digest=x: action=DENY\n") },
};

/* Long enough for every array to grow. */
static char *make_long_text(size_t *ret_len)
{
	char *text = malloc(1 << 20);
	unsigned int i;

	ck_assert_ptr_nonnull(text);
	memcpy(text, TEXT(HEADER));
	*ret_len = sizeof(HEADER) - 1;
	for (i = 0; i < 2000; i++)
		*ret_len += (size_t)sprintf(text + *ret_len,
					    "op=KMODULE fsverity_digest=sha256:%08x "
					    "dmverity_roothash=x:%04x action=%s\n",
					    i, i, i % 2 ? "DENY" : "ALLOW");
	return text;
}

/* True when no allocation failed any more. */
static bool parse_with_failure(struct ipe_span text, size_t number)
{
	const struct ipe_parse_options options = { 0, { 5, 6 } };
	struct ipe_policy *const untouched = (struct ipe_policy *)(void *)&number;
	struct ipe_policy *policy = untouched;
	struct ipe_parse_error error = { 0 };
	int result;

	memory_fail_at(number);
	result = ipe_policy_parse(text.at, text.len, &options, &policy, &error);
	memory_fail_at(0);
	if (result == 0) {
		ipe_policy_free(policy);
		ck_assert_uint_eq(memory_blocks(), 0);
		return true;
	}
	ck_assert_int_eq(result, -ENOMEM);
	ck_assert_uint_eq(error.reason, IPE_PARSE_NO_MEMORY);
	ck_assert_uint_ge(error.line, 1);
	ck_assert_uint_ge(error.column, 1);
	ck_assert_ptr_eq(policy, untouched);
	ck_assert_uint_eq(memory_blocks(), 0);
	return false;
}

static size_t fail_each(struct ipe_span text)
{
	size_t number = 1;

	while (!parse_with_failure(text, number))
		number++;
	return number - 1;
}

START_TEST(a_policy_is_refused_whichever_allocation_fails)
{
	/* At least the policy and its name. */
	ck_assert_uint_ge(fail_each(texts[_i]), 2);
}
END_TEST

START_TEST(a_long_policy_is_refused_whichever_allocation_fails)
{
	struct ipe_span text;
	char *bytes = make_long_text(&text.len);

	text.at = bytes;
	ck_assert_uint_gt(fail_each(text), 10);
	free(bytes);
}
END_TEST

START_TEST(a_decision_and_a_printout_allocate_nothing)
{
	struct ipe_policy *policy = parse_good(texts[3].at, texts[3].len);
	struct ipe_facts facts = { 0 };
	char buf[512];

	memory_fail_at(1);
	ipe_policy_decide(policy, IPE_OP_EXECUTE, &facts);
	ipe_policy_print(policy, buf, sizeof(buf));
	ck_assert_uint_eq(memory_count(), 0);
	memory_fail_at(0);
	ipe_policy_free(policy);
}
END_TEST

START_TEST(a_refused_policy_leaves_nothing_behind)
{
	const struct ipe_parse_options options = { 0, { 5, 6 } };
	struct ipe_policy *policy = NULL;
	size_t len;

	/* Every beginning of a text, most of them not a policy. */
	for (len = 0; len < texts[4].len; len++) {
		if (ipe_policy_parse(texts[4].at, len, &options, &policy, NULL) == 0)
			ipe_policy_free(policy);
		ck_assert_uint_eq(memory_blocks(), 0);
	}
}
END_TEST

START_TEST(memory_is_not_kept_for_what_a_policy_does_not_have)
{
	struct ipe_policy *policy = parse_good(TEXT(HEADER));

	ck_assert_uint_le(memory_blocks(), 2);
	ck_assert_uint_le(memory_bytes(), 1024);
	ipe_policy_free(policy);
	ck_assert_uint_eq(memory_blocks(), 0);
	ipe_policy_free(NULL);
}
END_TEST

START_TEST(a_digest_that_is_repeated_in_a_rule_takes_no_memory)
{
	struct ipe_policy *policy = parse_good(TEXT(HEADER "op=EXECUTE " DIGESTS "action=ALLOW\n"));
	size_t once = memory_bytes();

	ipe_policy_free(policy);
	policy = parse_good(TEXT(HEADER "op=EXECUTE " DIGESTS DIGESTS DIGESTS "action=ALLOW\n"));
	ck_assert_uint_eq(memory_bytes(), once);
	ipe_policy_free(policy);
}
END_TEST

int main(void)
{
	const struct test_case cases[] = {
		{ "failure", a_policy_is_refused_whichever_allocation_fails,
		  sizeof(texts) / sizeof(texts[0]) },
		{ "growth", a_long_policy_is_refused_whichever_allocation_fails, 1 },
		{ "none", a_decision_and_a_printout_allocate_nothing, 1 },
		{ "refused", a_refused_policy_leaves_nothing_behind, 1 },
		{ "repeated", a_digest_that_is_repeated_in_a_rule_takes_no_memory, 1 },
		{ "small", memory_is_not_kept_for_what_a_policy_does_not_have, 1 },
	};

	return run_suite("core memory", cases, sizeof(cases) / sizeof(cases[0]), 30);
}
