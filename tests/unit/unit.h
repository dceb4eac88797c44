/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IPE_UNIT_H
#define IPE_UNIT_H

#include <errno.h>
#include <stdbool.h>

#include "config.h"
#include "fake_sys.h"
#include "ipe-enlighten.h"
#include "tap.h"

#define RESTRICT_FILE	 (1 << 8)
#define DENY_INTERACTIVE (1 << 10)

/* All that Linux has, and some that it might get. */
#define FOR_EACH_ERRNO(error) for (int error = 1; error <= 140; error++)

#define assert_verdict(check, wanted_verdict, wanted_reason)                                    \
	ck_assert_msg((check).verdict == (wanted_verdict) && (check).reason == (wanted_reason), \
		      "verdict %d, reason %s; wanted %d, %s", (check).verdict,                  \
		      ipe_reason_name((check).reason), wanted_verdict,                          \
		      ipe_reason_name(wanted_reason))

#define assert_reason_for(error, check, wanted_reason)                                      \
	ck_assert_msg((check).verdict == IPE_DENY && (check).reason == (wanted_reason),     \
		      "errno %d: verdict %d, reason %s; wanted %s", error, (check).verdict, \
		      ipe_reason_name((check).reason), ipe_reason_name(wanted_reason))

/* What an errno means that no rule names. */
static inline enum ipe_reason reason_of_other(int error)
{
	bool resource = error == ENOMEM || error == EAGAIN || error == EMFILE || error == ENFILE;

	return resource ? IPE_REASON_RESOURCE : IPE_REASON_UNKNOWN;
}

static inline bool is_zero(const struct ipe_check *check)
{
	return !check->verdict && !check->reason && !check->mmap_probe && !check->exec_probe &&
	       !check->size && !check->reserved[0] && !check->reserved[1];
}

/* A value that the library cannot have put there. */
static const struct ipe_check stale = {
	.verdict = IPE_ALLOW,
	.reason = IPE_REASON_CHANGED,
	.mmap_probe = 77,
	.exec_probe = 77,
	.size = 77,
	.reserved = { 77, 77 },
};

static inline void set_up(void)
{
	fake_reset();
	errno = 4711;
}

/* Holds for every test, whatever it is about. */
static inline void tear_down(void)
{
	ck_assert_msg(fake_is_clean(), "the library leaves a descriptor or a mapping behind");
	ck_assert_int_eq(errno, 4711);
}

static inline TCase *new_case(const char *name)
{
	TCase *test_case = tcase_create(name);

	tcase_add_checked_fixture(test_case, set_up, tear_down);
	return test_case;
}

#endif
