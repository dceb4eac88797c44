// SPDX-License-Identifier: LGPL-2.1-or-later
/* The tables of tests/vectors, against the core. */
#include "policy-vectors.h"
#include "suite.h"

static const struct ipe_span no_reason = { NULL, 0 };

static bool equal(struct ipe_span a, struct ipe_span b)
{
	return a.len == b.len && (!a.len || memcmp(a.at, b.at, a.len) == 0);
}

static void refuse(const struct ipe_syntax_vector *vector, int result,
		   const struct ipe_parse_error *error)
{
	ck_assert_msg(result == vector->error, "%s: %d (%s), not %d", vector->name, result,
		      error->sentence, vector->error);
	ck_assert_msg(error->reason == vector->reason, "%s: %s", vector->name, error->sentence);
	ck_assert_msg(error->line == vector->line && error->column == vector->column,
		      "%s: at %u:%u, not %u:%u", vector->name, error->line, error->column,
		      vector->line, vector->column);
	ck_assert_msg(equal(error->token, vector->token), "%s: token '%.*s'", vector->name,
		      (int)error->token.len, error->token.at);
	ck_assert_msg(error->sentence[0], "%s: no sentence", vector->name);
}

START_TEST(every_text_is_accepted_or_refused_as_the_table_says)
{
	const struct ipe_syntax_vector *vector = &ipe_syntax_vectors[_i];
	const struct ipe_parse_options options = { vector->flags, { 3, 4 } };
	struct ipe_parse_error error = { .token = no_reason };
	struct ipe_policy *policy = NULL;
	struct ipe_span canonical;
	char *copy, *text;
	int result;

	/* A copy without a NUL behind it, so that a sanitizer sees what reads too far. */
	copy = malloc(vector->text.len ? vector->text.len : 1);
	ck_assert_ptr_nonnull(copy);
	memcpy(copy, vector->text.at, vector->text.len);
	result = ipe_policy_parse(copy, vector->text.len, &options, &policy, &error);
	if (vector->error) {
		ck_assert_ptr_null(policy);
		refuse(vector, result, &error);
		free(copy);
		return;
	}
	ck_assert_msg(result == 0, "%s: %d at %u:%u: %s", vector->name, result, error.line,
		      error.column, error.sentence);
	free(copy);
	text = print_policy(policy, &canonical.len);
	canonical.at = text;
	ck_assert_msg(equal(canonical, vector->canonical), "%s: printed '%.*s'", vector->name,
		      (int)canonical.len, canonical.at);
	free(text);
	ipe_policy_free(policy);
}
END_TEST

START_TEST(every_decision_is_what_the_table_says)
{
	const struct ipe_decision_vector *vector = &ipe_decision_vectors[_i];
	const struct ipe_parse_options options = { vector->flags, { 3, 4 } };
	struct ipe_decision decision;
	struct ipe_policy *policy;

	ck_assert_msg(ipe_policy_parse(vector->policy.at, vector->policy.len, &options, &policy,
				       NULL) == 0,
		      "%s: refused", vector->name);
	decision = ipe_policy_decide(policy, vector->op, &vector->facts);
	ck_assert_msg(decision.action == vector->action && decision.basis == vector->basis &&
			      decision.line == vector->line && decision.certain == vector->certain,
		      "%s: action %u, basis %u, line %u, certain %d", vector->name, decision.action,
		      decision.basis, decision.line, decision.certain);
	ipe_policy_free(policy);
}
END_TEST

int main(void)
{
	const struct test_case cases[] = {
		{ "syntax", every_text_is_accepted_or_refused_as_the_table_says,
		  IPE_SYNTAX_VECTOR_COUNT },
		{ "decisions", every_decision_is_what_the_table_says, IPE_DECISION_VECTOR_COUNT },
	};

	return run_suite("policy vectors", cases, sizeof(cases) / sizeof(cases[0]), 30);
}
