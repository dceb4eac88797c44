/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the core's tests share. */
#ifndef IPE_TEST_SUITE_H
#define IPE_TEST_SUITE_H

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "policy.h"

#define TEXT(literal) literal, sizeof(literal) - 1

struct test_case {
	const char *name;
	const TTest *test;
	int loops;
};

/*
 * Runs the tests, each as a case of its own so that its sentence stands in the result, within
 * its time; as TAP.
 */
static inline int run_suite(const char *name, const struct test_case *cases, size_t count,
			    double seconds)
{
	Suite *suite = suite_create(name);
	SRunner *runner = srunner_create(suite);
	size_t i;
	int failed;

	for (i = 0; i < count; i++) {
		TCase *test_case = tcase_create(cases[i].name);

		tcase_set_timeout(test_case, seconds);
		tcase_add_loop_test(test_case, cases[i].test, 0, cases[i].loops);
		suite_add_tcase(suite, test_case);
	}
	srunner_set_tap(runner, "-");
	srunner_run_all(runner, CK_SILENT);
	failed = srunner_ntests_failed(runner) || !srunner_ntests_run(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* Parses what must be well-formed, with extensions. */
static inline struct ipe_policy *parse_good(const char *text, size_t len)
{
	const struct ipe_parse_options options = { IPE_PARSE_EXTENSIONS, { 1, 2 } };
	struct ipe_parse_error error = { 0 };
	struct ipe_policy *policy = NULL;

	ck_assert_msg(ipe_policy_parse(text, len, &options, &policy, &error) == 0, "%u:%u: %s",
		      error.line, error.column, error.sentence);
	ck_assert_ptr_nonnull(policy);
	return policy;
}

/* The canonical text, to be freed. */
static inline char *print_policy(const struct ipe_policy *policy, size_t *ret_len)
{
	size_t len = ipe_policy_print(policy, NULL, 0);
	char *text = malloc(len);

	ck_assert_ptr_nonnull(text);
	ck_assert_uint_eq(ipe_policy_print(policy, text, len), len);
	*ret_len = len;
	return text;
}

#endif
