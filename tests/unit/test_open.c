/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Opening and judging in one call, and the names of the reasons. */
#include <fcntl.h>
#include <string.h>

#include "unit.h"

static struct ipe_check check;

static int open_code(void)
{
	check = stale;
	return ipe_open_code(AT_FDCWD, FAKE_SCRIPT_PATH, &check);
}

START_TEST(the_descriptor_that_was_judged_comes_back_open)
{
	int fd = open_code();

	ck_assert_int_gt(fd, FAKE_SCRIPT_FD);
	assert_verdict(check, IPE_ALLOW, IPE_REASON_ALLOWED);
	ck_assert_uint_eq(check.size, 9);
	ck_assert_int_eq(fake_record.open_flags, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	ck_assert_uint_eq(fake_record.opened, 1);
	ck_assert_uint_eq(fake_record.closed, 0);
	fake_record.closed = 1;
}
END_TEST

START_TEST(descriptor_zero_is_one_like_any_other)
{
	fake.open_gets_zero = true;
	fake.script.map = -EACCES;
	ck_assert_int_eq(open_code(), -EACCES);
	assert_verdict(check, IPE_DENY, IPE_REASON_POLICY);
	ck_assert_uint_eq(fake_record.closed, 1);
	fake.script.map = 0;
	ck_assert_int_eq(open_code(), 0);
	assert_verdict(check, IPE_ALLOW, IPE_REASON_ALLOWED);
	ck_assert_uint_eq(fake_record.closed, 1);
	fake_record.closed++;
}
END_TEST

START_TEST(a_refused_file_is_closed_again)
{
	fake.script.map = -EACCES;
	ck_assert_int_eq(open_code(), -EACCES);
	assert_verdict(check, IPE_DENY, IPE_REASON_POLICY);
	ck_assert_uint_eq(fake_record.closed, 1);
}
END_TEST

START_TEST(the_verdict_may_go_nowhere)
{
	int fd;

	fake.script.map = -EACCES;
	ck_assert_int_eq(ipe_open_code(AT_FDCWD, FAKE_SCRIPT_PATH, NULL), -EACCES);
	fake.script.map = 0;
	fd = ipe_open_code(AT_FDCWD, FAKE_SCRIPT_PATH, NULL);
	ck_assert_int_gt(fd, FAKE_SCRIPT_FD);
	fake_record.closed++;
}
END_TEST

START_TEST(whatever_open_fails_with_is_the_answer)
{
	FOR_EACH_ERRNO(error)
	{
		fake.script.open = -error;
		ck_assert_int_eq(open_code(), -error);
		ck_assert(is_zero(&check));
		ck_assert_int_eq(ipe_open_code(AT_FDCWD, FAKE_SCRIPT_PATH, NULL), -error);
	}
	ck_assert_uint_eq(fake_record.closed, 0);
}
END_TEST

START_TEST(a_failing_close_changes_nothing)
{
	fake.script.map = -EPERM;
	fake.close = -EIO;
	ck_assert_int_eq(open_code(), -EACCES);
	assert_verdict(check, IPE_DENY, IPE_REASON_POLICY);
}
END_TEST

START_TEST(only_a_regular_file_will_do)
{
	static const mode_t types[] = { S_IFDIR, S_IFIFO, S_IFCHR, S_IFBLK, S_IFSOCK, S_IFLNK, 0 };

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		fake.script.mode = types[i] | 0777;
		ck_assert_int_eq(open_code(), -EACCES);
		assert_verdict(check, IPE_DENY, IPE_REASON_NOT_REGULAR);
	}
	ck_assert_uint_eq(fake_record.mapped, 0);
}
END_TEST

START_TEST(a_descriptor_that_turns_out_unreadable_is_closed_again)
{
	fake.script.map = -EACCES;
	fake.script.flags = O_WRONLY;
	ck_assert_int_eq(open_code(), -EBADF);
	ck_assert(is_zero(&check));
}
END_TEST

START_TEST(restrict_file_applies)
{
	fake.script.exec = -EACCES;
	fake.securebits = RESTRICT_FILE;
	ck_assert_int_eq(open_code(), -EACCES);
	assert_verdict(check, IPE_DENY, IPE_REASON_NO_EXECUTE_BIT);
}
END_TEST

START_TEST(every_reason_has_a_short_name_of_its_own_and_a_sentence)
{
	for (unsigned int i = 0; i < ipe_reason_count(); i++) {
		const char *name = ipe_reason_name((enum ipe_reason)i);
		const char *advice = ipe_reason_advice((enum ipe_reason)i);

		ck_assert_uint_eq(strspn(name, "abcdefghijklmnopqrstuvwxyz-"), strlen(name));
		ck_assert(strlen(name) > 0 && strlen(name) <= 20);
		ck_assert(advice[0] >= 'A' && advice[0] <= 'Z');
		ck_assert_int_eq(advice[strlen(advice) - 1], '.');
		for (unsigned int j = 0; j < i; j++) {
			ck_assert_str_ne(name, ipe_reason_name((enum ipe_reason)j));
			ck_assert_str_ne(advice, ipe_reason_advice((enum ipe_reason)j));
		}
	}
}
END_TEST

START_TEST(the_names_of_the_reasons_never_change)
{
	static const char *const names[] = {
		"undecided",   "allowed",	   "policy",	     "noexec-mount",
		"unmappable",  "not-regular",	   "no-execute-bit", "open-for-writing",
		"interactive", "anonymous-memory", "inline",	     "bad-configuration",
		"changed",     "read-error",	   "too-large",	     "resource",
		"unknown",
	};

	ck_assert_uint_eq(ipe_reason_count(), sizeof(names) / sizeof(names[0]));
	for (unsigned int i = 0; i < ipe_reason_count(); i++)
		ck_assert_str_eq(ipe_reason_name((enum ipe_reason)i), names[i]);
}
END_TEST

START_TEST(a_reason_of_a_later_version_is_unknown)
{
	static const int values[] = { 17, 18, 1000, -1, 0x7fffffff };

	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		ck_assert_str_eq(ipe_reason_name((enum ipe_reason)values[i]), "unknown");
		ck_assert_str_eq(ipe_reason_advice((enum ipe_reason)values[i]),
				 ipe_reason_advice(IPE_REASON_UNKNOWN));
	}
}
END_TEST

int main(void)
{
	TCase *open = new_case("open");

	tcase_add_test(open, the_descriptor_that_was_judged_comes_back_open);
	tcase_add_test(open, descriptor_zero_is_one_like_any_other);
	tcase_add_test(open, a_refused_file_is_closed_again);
	tcase_add_test(open, the_verdict_may_go_nowhere);
	tcase_add_test(open, whatever_open_fails_with_is_the_answer);
	tcase_add_test(open, a_failing_close_changes_nothing);
	tcase_add_test(open, only_a_regular_file_will_do);
	tcase_add_test(open, a_descriptor_that_turns_out_unreadable_is_closed_again);
	tcase_add_test(open, restrict_file_applies);
	tcase_add_test(open, every_reason_has_a_short_name_of_its_own_and_a_sentence);
	tcase_add_test(open, the_names_of_the_reasons_never_change);
	tcase_add_test(open, a_reason_of_a_later_version_is_unknown);
	return run_case(open, "open");
}
