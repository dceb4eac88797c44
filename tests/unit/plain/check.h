/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The part of Check that our tests use, for word sizes that the system has no Check for. Each test
 * runs in a child, as with Check; the results are TAP.
 */
#ifndef IPE_PLAIN_CHECK_H
#define IPE_PLAIN_CHECK_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define PLAIN_TESTS   64
#define PLAIN_TIMEOUT 60

struct plain_test {
	const char *name;
	void (*run)(int _i);
	int first;
	int end;
};

struct plain_case {
	struct plain_test tests[PLAIN_TESTS];
	unsigned int count;
	void (*set_up)(void);
	void (*tear_down)(void);
};

/* Check's names: a suite is its only case, and so is the runner. */
typedef struct plain_case TCase, Suite, SRunner;

static int plain_failed, plain_number;

#define START_TEST(name)         \
	static void name(int _i) \
	{                        \
		(void)_i;
#define END_TEST }

#define ck_assert_msg(condition, ...)                            \
	do {                                                     \
		if (!(condition)) {                              \
			printf("# %s:%d: ", __FILE__, __LINE__); \
			printf(__VA_ARGS__);                     \
			putchar('\n');                           \
			fflush(stdout);                          \
			_exit(EXIT_FAILURE);                     \
		}                                                \
	} while (0)
#define ck_assert(condition)			     ck_assert_msg(condition, "%s", #condition)
#define plain_compare(type, a, op, b)		     ck_assert((type)(a)op(type)(b))
#define ck_assert_int_eq(a, b)			     plain_compare(intmax_t, a, ==, b)
#define ck_assert_int_ne(a, b)			     plain_compare(intmax_t, a, !=, b)
#define ck_assert_int_lt(a, b)			     plain_compare(intmax_t, a, <, b)
#define ck_assert_int_gt(a, b)			     plain_compare(intmax_t, a, >, b)
#define ck_assert_int_ge(a, b)			     plain_compare(intmax_t, a, >=, b)
#define ck_assert_uint_eq(a, b)			     plain_compare(uintmax_t, a, ==, b)
#define ck_assert_str_eq(a, b)			     ck_assert(strcmp(a, b) == 0)
#define ck_assert_str_ne(a, b)			     ck_assert(strcmp(a, b) != 0)
#define ck_assert_ptr_ne(a, b)			     ck_assert((a) != (b))
#define ck_assert_ptr_null(a)			     ck_assert((a) == NULL)
#define ck_assert_ptr_nonnull(a)		     ck_assert((a) != NULL)

#define tcase_create(name)			     ((void)(name), plain_create())
#define suite_create(name)			     ((void)(name), (Suite *)NULL)
#define srunner_create(suite)			     ((void)(suite), (SRunner *)NULL)
#define suite_add_tcase(suite, tests)		     plain_run(tests)
#define srunner_set_tap(runner, file)		     (void)(runner)
#define srunner_run_all(runner, mode)		     printf("1..%d\n", plain_number)
#define srunner_ntests_failed(runner)		     plain_failed
#define srunner_free(runner)			     (void)(runner)
#define tcase_set_timeout(tests, seconds)	     (void)(tests)
#define tcase_add_test(tests, name)		     plain_add(tests, #name, name, 0, 1)
#define tcase_add_loop_test(tests, name, first, end) plain_add(tests, #name, name, first, end)

static inline TCase *plain_create(void)
{
	static TCase only;

	return &only;
}

static inline void tcase_add_checked_fixture(TCase *tests, void (*set_up)(void),
					     void (*tear_down)(void))
{
	tests->set_up = set_up;
	tests->tear_down = tear_down;
}

static inline void plain_add(TCase *tests, const char *name, void (*run)(int), int first, int end)
{
	if (tests->count == PLAIN_TESTS)
		abort();
	tests->tests[tests->count++] = (struct plain_test){ name, run, first, end };
}

static inline bool plain_passes(const TCase *tests, const struct plain_test *test, int i)
{
	int status;
	pid_t child;

	fflush(stdout);
	child = fork();
	if (child == 0) {
		alarm(PLAIN_TIMEOUT);
		if (tests->set_up)
			tests->set_up();
		test->run(i);
		if (tests->tear_down)
			tests->tear_down();
		_exit(EXIT_SUCCESS);
	}
	return waitpid(child, &status, 0) == child && status == 0;
}

static inline void plain_run(const TCase *tests)
{
	for (const struct plain_test *test = tests->tests; test < tests->tests + tests->count;
	     test++)
		for (int i = test->first; i < test->end; i++) {
			bool good = plain_passes(tests, test, i);

			plain_failed += !good;
			printf("%s %d - %s\n", good ? "ok" : "not ok", ++plain_number, test->name);
		}
}

#endif
