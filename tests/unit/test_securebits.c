/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* When AT_EXECVE_CHECK is asked, what its answers mean, and what becomes of streams. */
#include <string.h>

#include "unit.h"

static struct ipe_check check;

static void judge(int securebits)
{
	check = stale;
	fake.securebits = securebits;
	ck_assert_int_eq(ipe_check_fd(FAKE_SCRIPT_FD, &check), 0);
}

static void judge_stdin(int securebits)
{
	check = stale;
	fake.securebits = securebits;
	ck_assert_int_eq(ipe_check_stdin(FAKE_SCRIPT_FD, &check), 0);
}

START_TEST(a_file_has_to_pass_the_exec_check_where_restrict_file_is_set)
{
	fake.script.exec = -EACCES;
	for (int bit = 0; bit < 31; bit++) {
		judge(1 << bit);
		ck_assert_msg(check.verdict ==
				      (bit == 8 || IPE_ALWAYS_RESTRICT ? IPE_DENY : IPE_ALLOW),
			      "securebit %d", bit);
	}
	judge(0x7fffffff & ~RESTRICT_FILE);
	ck_assert_int_eq(check.verdict, IPE_ALWAYS_RESTRICT ? IPE_DENY : IPE_ALLOW);
}
END_TEST

START_TEST(data_needs_no_execute_permission_but_has_to_pass_mmap)
{
	char buf[64];
	size_t len;

	fake.script.exec = -EACCES;
	fake.securebits = RESTRICT_FILE | DENY_INTERACTIVE;
	check = stale;
	ck_assert_int_eq(ipe_check_data(FAKE_SCRIPT_FD, &check), 0);
	assert_verdict(check, IPE_ALLOW, IPE_REASON_ALLOWED);
	ck_assert_int_eq(ipe_load_data(FAKE_SCRIPT_FD, buf, sizeof(buf), &len, &check), 0);
	assert_verdict(check, IPE_ALLOW, IPE_REASON_ALLOWED);
	ck_assert_uint_eq(len, fake.script.len);
	fake.script.map = -EACCES;
	ck_assert_int_eq(ipe_check_data(FAKE_SCRIPT_FD, &check), 0);
	assert_verdict(check, IPE_DENY, IPE_REASON_POLICY);
	ck_assert_int_eq(ipe_load_data(FAKE_SCRIPT_FD, buf, sizeof(buf), &len, &check), 0);
	assert_verdict(check, IPE_DENY, IPE_REASON_POLICY);
	fake.script.mode = S_IFIFO | 0666;
	ck_assert_int_eq(ipe_check_data(FAKE_SCRIPT_FD, &check), 0);
	assert_verdict(check, IPE_DENY, IPE_REASON_NOT_REGULAR);
	ck_assert_int_eq(ipe_check_data(FAKE_SCRIPT_FD, NULL), -EINVAL);
	ck_assert_int_eq(ipe_load_data(FAKE_SCRIPT_FD, NULL, 0, &len, &check), -EINVAL);
}
END_TEST

START_TEST(standard_input_has_to_pass_it_where_deny_interactive_is_set)
{
	fake.script.exec = -EACCES;
	for (int bit = 0; bit < 31; bit++) {
		judge_stdin(1 << bit);
		ck_assert_msg(check.verdict ==
				      (bit == 10 || IPE_ALWAYS_RESTRICT ? IPE_DENY : IPE_ALLOW),
			      "securebit %d", bit);
	}
}
END_TEST

START_TEST(a_file_that_passes_both_probes_is_allowed)
{
	judge(RESTRICT_FILE);
	assert_verdict(check, IPE_ALLOW, IPE_REASON_ALLOWED);
	ck_assert_int_eq(check.mmap_probe, IPE_PASSED);
	ck_assert_int_eq(check.exec_probe, IPE_PASSED);
	judge_stdin(DENY_INTERACTIVE);
	assert_verdict(check, IPE_ALLOW, IPE_REASON_ALLOWED);
	ck_assert_int_eq(check.exec_probe, IPE_PASSED);
}
END_TEST

static enum ipe_reason reason_of_exec(int error)
{
	if (error == EACCES || error == EPERM)
		return IPE_REASON_POLICY;
	return error == ETXTBSY ? IPE_REASON_OPEN_FOR_WRITING : reason_of_other(error);
}

START_TEST(whatever_the_exec_check_fails_with_is_a_refusal)
{
	for (mode_t bit = 1; bit <= 0100; bit <<= 3)
		FOR_EACH_ERRNO(error)
		{
			fake.script.mode = S_IFREG | 0644 | bit;
			fake.script.exec = -error;
			judge(RESTRICT_FILE);
			assert_reason_for(error, check, reason_of_exec(error));
			ck_assert_int_eq(check.exec_probe, -error);
			ck_assert_int_eq(check.mmap_probe, IPE_PASSED);
			judge_stdin(DENY_INTERACTIVE);
			assert_reason_for(error, check, reason_of_exec(error));
		}
}
END_TEST

START_TEST(eacces_of_the_exec_check_without_an_execute_bit_names_that)
{
	fake.script.mode = S_IFREG | 07666;
	FOR_EACH_ERRNO(error)
	{
		fake.script.exec = -error;
		judge(RESTRICT_FILE);
		assert_reason_for(error, check,
				  error == EACCES ? IPE_REASON_NO_EXECUTE_BIT
						  : reason_of_exec(error));
	}
}
END_TEST

START_TEST(a_kernel_that_set_the_securebits_knows_the_exec_check)
{
	static const int unknown[] = { -EINVAL, -ENOSYS };

	for (size_t i = 0; i < 2; i++) {
		fake.script.exec = fake.exec_check_of_nothing = unknown[i];
		judge(RESTRICT_FILE);
		assert_verdict(check, IPE_DENY, IPE_REASON_UNKNOWN);
		ck_assert_int_eq(check.exec_probe, unknown[i]);
		judge_stdin(DENY_INTERACTIVE);
		assert_verdict(check, IPE_DENY, IPE_REASON_UNKNOWN);
		judge(-EPERM);
		assert_verdict(check, IPE_DENY, IPE_REASON_UNKNOWN);
	}
}
END_TEST

START_TEST(securebits_that_cannot_be_read_count_as_set)
{
	fake.script.exec = -ETXTBSY;
	FOR_EACH_ERRNO(error)
	{
		judge(-error);
		assert_reason_for(error, check, IPE_REASON_OPEN_FOR_WRITING);
		judge_stdin(-error);
		assert_reason_for(error, check, IPE_REASON_OPEN_FOR_WRITING);
		ck_assert_int_eq(ipe_check_inline(&check), 0);
		assert_reason_for(error, check, IPE_REASON_INTERACTIVE);
	}
}
END_TEST

START_TEST(a_stream_named_as_a_file_is_refused_where_restrict_file_is_set)
{
	fake.script.mode = S_IFIFO | 0777;
	judge(RESTRICT_FILE);
	assert_verdict(check, IPE_DENY, IPE_REASON_NOT_REGULAR);
	judge(-EPERM);
	assert_verdict(check, IPE_DENY, IPE_REASON_NOT_REGULAR);
	judge_stdin(RESTRICT_FILE);
	ck_assert_int_eq(check.verdict,
			 !IPE_ALWAYS_RESTRICT && IPE_BUILD_INLINE != IPE_INLINE_DENY);
}
END_TEST

START_TEST(a_stream_is_refused_where_deny_interactive_is_set)
{
	fake.script.mode = S_IFIFO | 0777;
	judge(DENY_INTERACTIVE);
	ck_assert_int_eq(check.verdict, IPE_DENY);
	judge_stdin(DENY_INTERACTIVE);
	assert_verdict(check, IPE_DENY, IPE_REASON_INTERACTIVE);
	ck_assert_int_eq(ipe_check_inline(&check), 0);
	assert_verdict(check, IPE_DENY, IPE_REASON_INTERACTIVE);
}
END_TEST

#if IPE_ALWAYS_RESTRICT
START_TEST(a_restricting_build_obeys_mmap_alone_where_the_kernel_has_no_exec_check)
{
	static const int unknown[] = { -EINVAL, -ENOSYS };

	for (size_t i = 0; i < 2; i++) {
		fake.script.exec = fake.exec_check_of_nothing = unknown[i];
		judge(0);
		assert_verdict(check, IPE_ALLOW, IPE_REASON_ALLOWED);
		ck_assert_int_eq(check.exec_probe, 0);
		judge_stdin(0);
		assert_verdict(check, IPE_ALLOW, IPE_REASON_ALLOWED);
	}
}
END_TEST

START_TEST(a_restricting_build_believes_no_filter_that_hides_the_exec_check_of_one_file)
{
	fake.script.exec = -ENOSYS;
	judge(0);
	assert_verdict(check, IPE_DENY, IPE_REASON_UNKNOWN);
	fake.script.exec = -EINVAL;
	judge(0);
	assert_verdict(check, IPE_DENY, IPE_REASON_UNKNOWN);
}
END_TEST

START_TEST(a_restricting_build_refuses_whatever_else_the_exec_check_fails_with)
{
	fake.script.mode = S_IFREG | 0755;
	FOR_EACH_ERRNO(error)
	{
		fake.script.exec = fake.exec_check_of_nothing = -error;
		judge(0);
		if (error != EINVAL && error != ENOSYS)
			assert_reason_for(error, check, reason_of_exec(error));
	}
}
END_TEST

START_TEST(a_restricting_build_refuses_code_without_a_file)
{
	ck_assert_int_eq(ipe_check_inline(&check), 0);
	assert_verdict(check, IPE_DENY, IPE_REASON_INTERACTIVE);
}
END_TEST
#endif

START_TEST(the_restrictions_tell_the_bits_apart)
{
	struct ipe_restrictions all;

	for (int bit = 0; bit < 31; bit++) {
		memset(&all, 0xff, sizeof(all));
		fake.securebits = 1 << bit;
		ipe_query_restrictions(&all);
		ck_assert_int_eq(all.restrict_file, bit == 8 || IPE_ALWAYS_RESTRICT);
		ck_assert_int_eq(all.deny_interactive, bit == 10 || IPE_ALWAYS_RESTRICT);
		for (size_t i = 0; i < sizeof(all.reserved); i++)
			ck_assert_uint_eq(all.reserved[i], 0);
	}
	FOR_EACH_ERRNO(error)
	{
		fake.securebits = -error;
		ipe_query_restrictions(&all);
		ck_assert(all.restrict_file && all.deny_interactive);
	}
}
END_TEST

START_TEST(the_restrictions_know_the_exec_check_by_ebadf_alone)
{
	struct ipe_restrictions all;

	ipe_query_restrictions(&all);
	ck_assert(all.exec_check_known);
	fake.exec_check_of_nothing = 0;
	ipe_query_restrictions(&all);
	ck_assert(!all.exec_check_known);
	FOR_EACH_ERRNO(error)
	{
		fake.exec_check_of_nothing = -error;
		ipe_query_restrictions(&all);
		ck_assert_int_eq(all.exec_check_known, error == EBADF);
	}
}
END_TEST

START_TEST(the_restrictions_tell_whether_anonymous_memory_may_be_executable)
{
	struct ipe_restrictions all;

	ipe_query_restrictions(&all);
	ck_assert(all.anonymous_allowed);
	FOR_EACH_ERRNO(error)
	{
		fake.map_anonymous = -error;
		ipe_query_restrictions(&all);
		ck_assert(!all.anonymous_allowed);
	}
}
END_TEST

int main(void)
{
	TCase *bits = new_case("securebits");

	tcase_add_test(bits, a_file_has_to_pass_the_exec_check_where_restrict_file_is_set);
	tcase_add_test(bits, data_needs_no_execute_permission_but_has_to_pass_mmap);
	tcase_add_test(bits, standard_input_has_to_pass_it_where_deny_interactive_is_set);
	tcase_add_test(bits, a_file_that_passes_both_probes_is_allowed);
	tcase_add_test(bits, whatever_the_exec_check_fails_with_is_a_refusal);
	tcase_add_test(bits, eacces_of_the_exec_check_without_an_execute_bit_names_that);
	tcase_add_test(bits, a_kernel_that_set_the_securebits_knows_the_exec_check);
	tcase_add_test(bits, securebits_that_cannot_be_read_count_as_set);
	tcase_add_test(bits, a_stream_named_as_a_file_is_refused_where_restrict_file_is_set);
	tcase_add_test(bits, a_stream_is_refused_where_deny_interactive_is_set);
#if IPE_ALWAYS_RESTRICT
	tcase_add_test(bits,
		       a_restricting_build_obeys_mmap_alone_where_the_kernel_has_no_exec_check);
	tcase_add_test(
		bits, a_restricting_build_believes_no_filter_that_hides_the_exec_check_of_one_file);
	tcase_add_test(bits, a_restricting_build_refuses_whatever_else_the_exec_check_fails_with);
	tcase_add_test(bits, a_restricting_build_refuses_code_without_a_file);
#endif
	tcase_add_test(bits, the_restrictions_tell_the_bits_apart);
	tcase_add_test(bits, the_restrictions_know_the_exec_check_by_ebadf_alone);
	tcase_add_test(bits, the_restrictions_tell_whether_anonymous_memory_may_be_executable);
	return run_case(bits, "securebits");
}
