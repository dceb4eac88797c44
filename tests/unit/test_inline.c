/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Code that is not in a file: streams, and code that never had a descriptor. */
#include <fcntl.h>

#include "unit.h"

static struct ipe_check check;

static void configure(const char *text, size_t len)
{
	fake.config.open = 0;
	fake.config.data = text;
	fake.config.len = len;
}

#define CONFIGURE(literal) configure(literal, sizeof(literal) - 1)

static void judge_inline(void)
{
	check = stale;
	ck_assert_int_eq(ipe_check_inline(&check), 0);
}

static bool build_decides_alone(void)
{
	return IPE_ALWAYS_RESTRICT || IPE_BUILD_INLINE == IPE_INLINE_DENY;
}

START_TEST(without_any_restriction_the_builds_setting_decides)
{
	judge_inline();
	if (IPE_ALWAYS_RESTRICT)
		assert_verdict(check, IPE_DENY, IPE_REASON_INTERACTIVE);
	else if (IPE_BUILD_INLINE == IPE_INLINE_DENY)
		assert_verdict(check, IPE_DENY, IPE_REASON_INLINE);
	else
		assert_verdict(check, IPE_ALLOW, IPE_REASON_ALLOWED);
	ck_assert_int_eq(check.exec_probe, 0);
	ck_assert_uint_eq(check.size, 0);
}
END_TEST

START_TEST(the_configuration_cannot_relax_the_builds_setting)
{
	CONFIGURE("inline=securebits\n");
	fake.map_anonymous = -EACCES;
	judge_inline();
	ck_assert_int_eq(check.verdict,
			 !IPE_ALWAYS_RESTRICT && IPE_BUILD_INLINE == IPE_INLINE_SECUREBITS);
}
END_TEST

static enum ipe_reason reason_of_anonymous(int error)
{
	if (error == EACCES || error == EPERM)
		return IPE_REASON_ANONYMOUS;
	return error == ENODEV ? IPE_REASON_UNMAPPABLE : reason_of_other(error);
}

START_TEST(the_anonymous_setting_asks_the_kernel_about_anonymous_memory)
{
	CONFIGURE("inline=anonymous\n");
	judge_inline();
	assert_verdict(check, IPE_ALLOW, IPE_REASON_ALLOWED);
	ck_assert_int_eq(check.mmap_probe, IPE_PASSED);
	FOR_EACH_ERRNO(error)
	{
		fake.map_anonymous = -error;
		judge_inline();
		assert_reason_for(error, check, reason_of_anonymous(error));
		ck_assert_int_eq(check.mmap_probe, -error);
	}
}
END_TEST

START_TEST(the_deny_setting_refuses_without_asking)
{
	CONFIGURE("inline=deny\n");
	judge_inline();
	assert_verdict(check, IPE_DENY, IPE_REASON_INLINE);
	ck_assert_int_eq(check.mmap_probe, 0);
}
END_TEST

START_TEST(streams_are_judged_as_inline_code)
{
	static const mode_t types[] = { S_IFIFO, S_IFSOCK, S_IFCHR, S_IFBLK };

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		fake.script.mode = types[i] | 0777;
		ck_assert_int_eq(ipe_check_stdin(FAKE_SCRIPT_FD, &check), 0);
		ck_assert_int_eq(check.verdict, !build_decides_alone());
		ck_assert_uint_eq(check.size, 0);
		if (IPE_ALWAYS_RESTRICT)
			continue;
		ck_assert_int_eq(ipe_check_fd(FAKE_SCRIPT_FD, &check), 0);
		ck_assert_int_eq(check.verdict, !build_decides_alone());
		CONFIGURE("inline=deny");
		ck_assert_int_eq(ipe_check_fd(FAKE_SCRIPT_FD, &check), 0);
		assert_verdict(check, IPE_DENY, IPE_REASON_INLINE);
		ck_assert_int_eq(ipe_check_stdin(FAKE_SCRIPT_FD, &check), 0);
		assert_verdict(check, IPE_DENY, IPE_REASON_INLINE);
		fake.config.open = -ENOENT;
	}
}
END_TEST

START_TEST(no_answer_to_a_mapping_of_a_stream_is_asked_for)
{
	fake.script.mode = S_IFCHR | 0666;
	ck_assert_int_eq(ipe_check_fd(FAKE_SCRIPT_FD, &check), 0);
	ck_assert_uint_eq(fake_record.mapped, IPE_BUILD_INLINE == IPE_INLINE_ANONYMOUS);
}
END_TEST

START_TEST(a_directory_or_a_descriptor_without_a_type_is_no_stream)
{
	static const mode_t types[] = { S_IFDIR, 0, S_IFLNK, S_IFMT };

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		fake.script.mode = types[i] | 0777;
		ck_assert_int_eq(ipe_check_fd(FAKE_SCRIPT_FD, &check), 0);
		assert_verdict(check, IPE_DENY, IPE_REASON_NOT_REGULAR);
		ck_assert_int_eq(ipe_check_stdin(FAKE_SCRIPT_FD, &check), 0);
		assert_verdict(check, IPE_DENY, IPE_REASON_NOT_REGULAR);
	}
}
END_TEST

START_TEST(a_stream_that_cannot_be_read_is_the_callers_error)
{
	static const int flags[] = { O_WRONLY, O_PATH, O_ACCMODE, -EBADF };

	fake.script.mode = S_IFIFO | 0666;
	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
		fake.script.flags = flags[i];
		check = stale;
		ck_assert_int_eq(ipe_check_fd(FAKE_SCRIPT_FD, &check), -EBADF);
		ck_assert(is_zero(&check));
		check = stale;
		ck_assert_int_eq(ipe_check_stdin(FAKE_SCRIPT_FD, &check), -EBADF);
		ck_assert(is_zero(&check));
	}
}
END_TEST

START_TEST(an_unnamed_file_that_cannot_be_read_is_the_callers_error)
{
	fake.script.is_unnamed = true;
	fake.script.map = -EACCES;
	fake.script.flags = O_WRONLY;
	check = stale;
	ck_assert_int_eq(ipe_check_stdin(FAKE_SCRIPT_FD, &check), -EBADF);
	ck_assert(is_zero(&check));
}
END_TEST

START_TEST(an_unnamed_file_whose_type_is_not_told_is_no_stream)
{
	fake.script.is_unnamed = true;
	fake.script.fstat = -EIO;
	ck_assert_int_eq(ipe_check_stdin(FAKE_SCRIPT_FD, &check), 0);
	assert_verdict(check, IPE_DENY, IPE_REASON_UNKNOWN);
}
END_TEST

int main(void)
{
	TCase *code = new_case("inline");

	tcase_add_test(code, without_any_restriction_the_builds_setting_decides);
	tcase_add_test(code, the_configuration_cannot_relax_the_builds_setting);
	if (!build_decides_alone())
		tcase_add_test(code, the_anonymous_setting_asks_the_kernel_about_anonymous_memory);
	if (!IPE_ALWAYS_RESTRICT)
		tcase_add_test(code, the_deny_setting_refuses_without_asking);
	tcase_add_test(code, streams_are_judged_as_inline_code);
	tcase_add_test(code, no_answer_to_a_mapping_of_a_stream_is_asked_for);
	tcase_add_test(code, a_directory_or_a_descriptor_without_a_type_is_no_stream);
	tcase_add_test(code, a_stream_that_cannot_be_read_is_the_callers_error);
	tcase_add_test(code, an_unnamed_file_that_cannot_be_read_is_the_callers_error);
	tcase_add_test(code, an_unnamed_file_whose_type_is_not_told_is_no_stream);
	return run_case(code, "inline");
}
