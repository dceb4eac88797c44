/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One Check test case as a TAP program. */
#ifndef IPE_TAP_H
#define IPE_TAP_H

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

static inline int run_case(TCase *test_case, const char *name)
{
	Suite *suite = suite_create(name);
	SRunner *runner = srunner_create(suite);
	int failed;

	suite_add_tcase(suite, test_case);
	srunner_set_tap(runner, "-");
	srunner_run_all(runner, CK_SILENT);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* What a program says of which no test can run here. */
static inline int skip_all(const char *reason)
{
	printf("1..0 # SKIP %s\n", reason);
	return EXIT_SUCCESS;
}

#endif
