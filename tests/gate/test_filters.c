/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A seccomp filter answers in the kernel's stead. Whatever errno it answers with, nothing is allowed
 * that the kernel would refuse; an answer of 0 is seen through where it leaves a result missing (a
 * mapping, a file's status, bytes). It cannot be seen through where 0 is all there is to see: for
 * prctl(PR_GET_SECUREBITS) and for AT_EXECVE_CHECK.
 */
#include <fcntl.h>
#include <seccomp.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "gate.h"

static struct ipe_check check;

static void filter(uint32_t action, const char *const calls[], const struct scmp_arg_cmp *argument)
{
	scmp_filter_ctx context = seccomp_init(SCMP_ACT_ALLOW);

	ck_assert_ptr_nonnull(context);
	for (size_t i = 0; calls[i]; i++) {
		int number = seccomp_syscall_resolve_name(calls[i]);

		if (number >= 0)
			ck_assert_int_eq(seccomp_rule_add_array(context, action, number,
								argument ? 1 : 0, argument),
					 0);
	}
	ck_assert_int_eq(seccomp_load(context), 0);
	seccomp_release(context);
}

#define CALLS(...) ((const char *const[]){ __VA_ARGS__, NULL })

static void filter_executable_mappings(int error)
{
	struct scmp_arg_cmp executable = SCMP_A2(SCMP_CMP_EQ, PROT_READ | PROT_EXEC);

	filter(SCMP_ACT_ERRNO((uint32_t)error), CALLS("mmap", "mmap2"), &executable);
}

static void filter_securebits(int error)
{
	struct scmp_arg_cmp get = SCMP_A0(SCMP_CMP_EQ, PR_GET_SECUREBITS);

	filter(SCMP_ACT_ERRNO((uint32_t)error), CALLS("prctl"), &get);
}

static void filter_calls(int error, const char *const calls[])
{
	filter(SCMP_ACT_ERRNO((uint32_t)error), calls, NULL);
}

START_TEST(mmap_answered_with_an_error_refuses)
{
	static const int errors[] = { EPERM, EACCES, ENOSYS, ENODEV, ENOMEM, EBADF, EINVAL, EINTR };
	int fd = new_script("script", 0755);

	filter_executable_mappings(errors[_i]);
	check = judged(fd);
	ck_assert_int_eq(check.verdict, IPE_DENY);
	ck_assert_int_eq(check.mmap_probe, -errors[_i]);
	ck_assert_int_ne(check.reason, IPE_REASON_UNDECIDED);
}
END_TEST

START_TEST(mmap_answered_with_success_refuses)
{
	int fd = new_script("script", 0755);

	filter_executable_mappings(0);
	check = judged(fd);
	assert_verdict(check, IPE_DENY, IPE_REASON_UNKNOWN);
}
END_TEST

START_TEST(munmap_answered_with_an_error_refuses)
{
	int fd = new_script("script", 0755);
	struct scmp_arg_cmp one_byte = SCMP_A1(SCMP_CMP_EQ, 1);

	filter(SCMP_ACT_ERRNO(EPERM), CALLS("munmap"), &one_byte);
	check = judged(fd);
	assert_verdict(check, IPE_DENY, IPE_REASON_UNKNOWN);
}
END_TEST

START_TEST(the_exec_check_answered_with_an_error_refuses_where_securebits_demand_it)
{
	static const int errors[] = { ENOSYS, EINVAL, EPERM, EACCES, ENOMEM, EBADF, ENOENT };
	int fd = new_script("script", 0755);

	ck_assert_int_eq(prctl(PR_SET_SECUREBITS, RESTRICT_FILE), 0);
	filter_calls(errors[_i], CALLS("execveat"));
	check = judged(fd);
	ck_assert_int_eq(check.verdict, IPE_DENY);
	ck_assert_int_eq(check.exec_probe, -errors[_i]);
}
END_TEST

START_TEST(securebits_that_a_filter_hides_by_an_error_count_as_set)
{
	static const int errors[] = { EPERM, ENOSYS, EINVAL };
	int fd = new_script("script", 0644);

	filter_securebits(errors[_i]);
	check = judged(fd);
	assert_verdict(check, IPE_DENY, IPE_REASON_NO_EXECUTE_BIT);
	ck_assert_int_eq(ipe_check_stdin(fd, &check), 0);
	assert_verdict(check, IPE_DENY, IPE_REASON_NO_EXECUTE_BIT);
	ck_assert_int_eq(ipe_check_inline(&check), 0);
	assert_verdict(check, IPE_DENY, IPE_REASON_INTERACTIVE);
}
END_TEST

START_TEST(securebits_and_exec_check_hidden_together_refuse)
{
	int fd = new_script("script", 0755);

	filter_securebits(ENOSYS);
	filter_calls(ENOSYS, CALLS("execveat"));
	check = judged(fd);
	assert_verdict(check, IPE_DENY, IPE_REASON_UNKNOWN);
}
END_TEST

/* Leaves bytes on the stack that would be the status of a regular file. */
__attribute__((noinline)) static void soil_stack(void)
{
	volatile char garbage[8192];

	for (size_t i = 0; i < sizeof(garbage); i++)
		garbage[i] = (char)0x81;
}

START_TEST(fstat_answered_with_success_refuses)
{
	int fd = new_script("script", 0755);

	filter_calls(0, CALLS("fstat", "newfstatat", "fstat64", "fstatat64", "statx"));
	soil_stack();
	check = judged(fd);
	assert_verdict(check, IPE_DENY, IPE_REASON_NOT_REGULAR);
}
END_TEST

START_TEST(fstat_answered_with_an_error_refuses)
{
	static const int errors[] = { EPERM, ENOSYS, EBADF, EIO };
	int fd = new_script("script", 0755);

	filter_calls(errors[_i], CALLS("fstat", "newfstatat", "fstat64", "fstatat64", "statx"));
	check = judged(fd);
	assert_verdict(check, IPE_DENY, IPE_REASON_UNKNOWN);
}
END_TEST

START_TEST(open_answered_with_an_error_is_no_verdict_on_a_file_and_refuses_inline_code)
{
	close(new_script("script", 0755));
	filter_calls(EPERM, CALLS("open", "openat"));
	ck_assert_int_eq(try_open("script", &check), -EPERM);
	ck_assert_int_eq(check.reason, IPE_REASON_UNDECIDED);
	ck_assert_int_eq(ipe_check_inline(&check), 0);
	assert_verdict(check, IPE_DENY, IPE_REASON_BAD_CONFIGURATION);
}
END_TEST

START_TEST(pread_answered_by_a_filter_loads_nothing)
{
	static const int errors[] = { 0, EPERM, EIO };
	char buf[64];
	size_t len;
	int fd = new_script("script", 0755);

	filter_calls(errors[_i], CALLS("pread64"));
	ck_assert_int_eq(ipe_load_fd(fd, buf, sizeof(buf), &len, &check), 0);
	assert_verdict(check, IPE_DENY, errors[_i] ? IPE_REASON_READ_ERROR : IPE_REASON_CHANGED);
	ck_assert_uint_eq(len, 0);
}
END_TEST

START_TEST(without_fstatfs_what_was_read_is_judged_again)
{
	char buf[64];
	size_t len;
	int fd = new_script("script", 0755);

	filter_calls(EPERM, CALLS("fstatfs", "fstatfs64"));
	ck_assert_int_eq(ipe_load_fd(fd, buf, sizeof(buf), &len, &check), 0);
	assert_verdict(check, IPE_ALLOW, IPE_REASON_ALLOWED);
	ck_assert_uint_eq(len, strlen(SCRIPT_TEXT));
}
END_TEST

int main(void)
{
	TCase *filters = tcase_create("filters");
	const char *obstacle;
	int status;

	tcase_add_loop_test(filters, mmap_answered_with_an_error_refuses, 0, 8);
	tcase_add_test(filters, mmap_answered_with_success_refuses);
	tcase_add_test(filters, munmap_answered_with_an_error_refuses);
	tcase_add_loop_test(
		filters, the_exec_check_answered_with_an_error_refuses_where_securebits_demand_it,
		0, 7);
	tcase_add_loop_test(filters, securebits_that_a_filter_hides_by_an_error_count_as_set, 0, 3);
	tcase_add_test(filters, securebits_and_exec_check_hidden_together_refuse);
	tcase_add_test(filters, fstat_answered_with_success_refuses);
	tcase_add_loop_test(filters, fstat_answered_with_an_error_refuses, 0, 4);
	tcase_add_test(filters,
		       open_answered_with_an_error_is_no_verdict_on_a_file_and_refuses_inline_code);
	tcase_add_loop_test(filters, pread_answered_by_a_filter_loads_nothing, 0, 3);
	tcase_add_test(filters, without_fstatfs_what_was_read_is_judged_again);
	gate_enter();
	obstacle = gate_obstacle();
	if (!obstacle)
		obstacle = gate_no_exec_check();
	status = obstacle ? skip_all(obstacle) : run_case(filters, "filters");
	gate_leave();
	return status;
}
