/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Verdicts on a regular file, as in the tables of the threat model: what each answer means. */
#include <fcntl.h>

#include "unit.h"

static struct ipe_check check;

static void judge(void)
{
	check = stale;
	ck_assert_int_eq(ipe_check_fd(FAKE_SCRIPT_FD, &check), 0);
}

static void expect_callers_error(void)
{
	check = stale;
	ck_assert_int_eq(ipe_check_fd(FAKE_SCRIPT_FD, &check), -EBADF);
	ck_assert(is_zero(&check));
}

START_TEST(a_file_that_the_kernel_maps_is_allowed)
{
	judge();
	assert_verdict(check, IPE_ALLOW, IPE_REASON_ALLOWED);
	ck_assert_int_eq(check.mmap_probe, IPE_PASSED);
	ck_assert_int_eq(check.exec_probe, IPE_ALWAYS_RESTRICT ? IPE_PASSED : 0);
	ck_assert_uint_eq(check.size, 9);
	ck_assert_uint_eq(check.reserved[0] | check.reserved[1], 0);
	ck_assert_uint_eq(fake_record.mapped, 1);
	ck_assert_uint_eq(fake_record.flag_queries, 0);
}
END_TEST

static enum ipe_reason reason_of_mmap(int error)
{
	if (error == EACCES || error == EPERM)
		return IPE_REASON_POLICY;
	return error == ENODEV ? IPE_REASON_UNMAPPABLE : reason_of_other(error);
}

START_TEST(whatever_mmap_fails_with_is_a_refusal)
{
	FOR_EACH_ERRNO(error)
	{
		fake.script.map = -error;
		judge();
		assert_reason_for(error, check, reason_of_mmap(error));
		ck_assert_int_eq(check.mmap_probe, -error);
		ck_assert_int_eq(check.exec_probe, 0);
	}
	ck_assert_uint_eq(fake_record.exec_checks, 0);
}
END_TEST

START_TEST(eperm_of_mmap_on_a_noexec_mount_has_a_reason_of_its_own)
{
	fake.script.noexec = true;
	FOR_EACH_ERRNO(error)
	{
		fake.script.map = -error;
		judge();
		assert_reason_for(error, check,
				  error == EPERM ? IPE_REASON_NOEXEC_MOUNT : reason_of_mmap(error));
	}
}
END_TEST

START_TEST(eperm_of_mmap_is_the_policys_if_the_mount_cannot_be_told)
{
	fake.script.map = -EPERM;
	FOR_EACH_ERRNO(error)
	{
		fake.script.statvfs = -error;
		judge();
		assert_reason_for(error, check, IPE_REASON_POLICY);
	}
}
END_TEST

START_TEST(a_mapping_at_address_zero_is_a_filters_answer_and_refused)
{
	fake.map_at_null = true;
	judge();
	assert_verdict(check, IPE_DENY, IPE_REASON_UNKNOWN);
	ck_assert_int_eq(check.mmap_probe, -EFAULT);
	ck_assert_uint_eq(fake_record.unmapped, 0);
}
END_TEST

START_TEST(a_mapping_that_cannot_be_removed_is_a_refusal)
{
	FOR_EACH_ERRNO(error)
	{
		fake.unmap = -error;
		judge();
		assert_reason_for(error, check, reason_of_other(error));
		ck_assert_int_eq(check.mmap_probe, -error);
	}
}
END_TEST

START_TEST(whatever_fstat_fails_with_is_a_refusal)
{
	FOR_EACH_ERRNO(error)
	{
		fake.script.fstat = -error;
		judge();
		assert_reason_for(error, check, reason_of_other(error));
		ck_assert_uint_eq(check.size, 0);
	}
	ck_assert_uint_eq(fake_record.mapped, 0);
}
END_TEST

START_TEST(a_closed_descriptor_is_the_callers_error)
{
	check = stale;
	ck_assert_int_eq(ipe_check_fd(-1, &check), -EBADF);
	ck_assert(is_zero(&check));
	check = stale;
	ck_assert_int_eq(ipe_check_stdin(-100, &check), -EBADF);
	ck_assert(is_zero(&check));
}
END_TEST

START_TEST(a_descriptor_that_cannot_be_read_is_the_callers_error)
{
	static const int flags[] = { O_WRONLY, O_WRONLY | O_APPEND, O_PATH, O_PATH | O_NOFOLLOW,
				     O_ACCMODE };
	static const int answers[] = { -EACCES, -EBADF, -EPERM, -EIO };

	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		for (size_t j = 0; j < sizeof(answers) / sizeof(answers[0]); j++) {
			fake.script.flags = flags[i];
			fake.script.map = answers[j];
			expect_callers_error();
		}
}
END_TEST

START_TEST(a_descriptor_that_can_be_read_and_written_is_judged)
{
	fake.script.flags = O_RDWR | O_CLOEXEC;
	judge();
	assert_verdict(check, IPE_ALLOW, IPE_REASON_ALLOWED);
	fake.script.map = -EACCES;
	judge();
	assert_verdict(check, IPE_DENY, IPE_REASON_POLICY);
}
END_TEST

START_TEST(a_refusal_stays_one_if_the_descriptors_flags_cannot_be_told)
{
	fake.script.map = -EACCES;
	FOR_EACH_ERRNO(error)
	{
		if (error == EBADF)
			continue;
		fake.script.flags = -error;
		judge();
		assert_reason_for(error, check, IPE_REASON_POLICY);
	}
}
END_TEST

START_TEST(ebadf_of_an_open_descriptor_is_a_filters_answer_and_refused)
{
	fake.script.fstat = -EBADF;
	judge();
	assert_verdict(check, IPE_DENY, IPE_REASON_UNKNOWN);
	fake.script.fstat = 0;
	fake.script.map = -EBADF;
	judge();
	assert_verdict(check, IPE_DENY, IPE_REASON_UNKNOWN);
}
END_TEST

START_TEST(a_missing_place_for_the_verdict_is_the_callers_error)
{
	ck_assert_int_eq(ipe_check_fd(FAKE_SCRIPT_FD, NULL), -EINVAL);
	ck_assert_int_eq(ipe_check_stdin(FAKE_SCRIPT_FD, NULL), -EINVAL);
	ck_assert_int_eq(ipe_check_inline(NULL), -EINVAL);
}
END_TEST

START_TEST(the_size_is_the_one_of_the_judged_file)
{
	fake.script.len = 0;
	judge();
	assert_verdict(check, IPE_ALLOW, IPE_REASON_ALLOWED);
	ck_assert_uint_eq(check.size, 0);
	fake.script.len = 123456789;
	fake.script.map = -EACCES;
	judge();
	ck_assert_uint_eq(check.size, 123456789);
}
END_TEST

int main(void)
{
	TCase *file = new_case("file");

	tcase_add_test(file, a_file_that_the_kernel_maps_is_allowed);
	tcase_add_test(file, whatever_mmap_fails_with_is_a_refusal);
	tcase_add_test(file, eperm_of_mmap_on_a_noexec_mount_has_a_reason_of_its_own);
	tcase_add_test(file, eperm_of_mmap_is_the_policys_if_the_mount_cannot_be_told);
	tcase_add_test(file, a_mapping_at_address_zero_is_a_filters_answer_and_refused);
	tcase_add_test(file, a_mapping_that_cannot_be_removed_is_a_refusal);
	tcase_add_test(file, whatever_fstat_fails_with_is_a_refusal);
	tcase_add_test(file, a_closed_descriptor_is_the_callers_error);
	tcase_add_test(file, a_descriptor_that_cannot_be_read_is_the_callers_error);
	tcase_add_test(file, a_descriptor_that_can_be_read_and_written_is_judged);
	tcase_add_test(file, a_refusal_stays_one_if_the_descriptors_flags_cannot_be_told);
	tcase_add_test(file, ebadf_of_an_open_descriptor_is_a_filters_answer_and_refused);
	tcase_add_test(file, a_missing_place_for_the_verdict_is_the_callers_error);
	tcase_add_test(file, the_size_is_the_one_of_the_judged_file);
	return run_case(file, "file");
}
