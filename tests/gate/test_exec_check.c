/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The securebits as Documentation/userspace-api/check_exec.rst of Linux has them: none, restrict,
 * deny, both; a file that is executable or not; run by the kernel, named as the interpreter's
 * operand, on standard input, and code that is in no file at all. Each test runs in a process of
 * its own, which sets its securebits itself: that needs no privilege.
 */
#include <fcntl.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gate.h"

#define NONE	 0
#define RESTRICT RESTRICT_FILE
#define DENY	 DENY_INTERACTIVE
#define BOTH	 (RESTRICT_FILE | DENY_INTERACTIVE)

/* What an interpreter run by the kernel exits with. */
#define KERNEL_REFUSED 126
#define FIRST_REASON   64

static struct ipe_check check;
static char self[4096];

static void restrict_process(int bits)
{
	/* Setting what is set already is a privilege. */
	if (prctl(PR_GET_SECUREBITS) != bits)
		ck_assert_int_eq(prctl(PR_SET_SECUREBITS, bits), 0);
	ck_assert_int_eq(prctl(PR_GET_SECUREBITS), bits);
}

/* This program as the interpreter of a script: its exit status tells the reason. */
static int interpret(const char *path)
{
	struct ipe_check judgement;
	int fd = ipe_open_code(AT_FDCWD, path, &judgement);

	return FIRST_REASON + (fd < 0 ? (int)judgement.reason : (int)IPE_REASON_ALLOWED);
}

static int run_directly(const char *path)
{
	int status;
	pid_t child = fork();

	if (child == 0) {
		execl(path, path, (char *)NULL);
		_exit(KERNEL_REFUSED);
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void expect_direct(mode_t mode, enum ipe_reason reason)
{
	char text[sizeof(self) + 32];

	snprintf(text, sizeof(text), "#!%s --interpret\n", self);
	write_file("direct", text, mode);
	ck_assert_int_eq(run_directly("./direct"),
			 mode & 0111 ? FIRST_REASON + (int)reason : KERNEL_REFUSED);
}

static void expect_operand(mode_t mode, enum ipe_reason reason)
{
	close(new_script("operand", mode));
	ck_assert_int_eq(try_open("operand", &check), reason == IPE_REASON_ALLOWED ? 0 : -EACCES);
	ck_assert_int_eq(check.reason, reason);
}

static void expect_stdin(mode_t mode, enum ipe_reason reason)
{
	ck_assert_int_eq(dup2(new_script("stdin", mode), STDIN_FILENO), STDIN_FILENO);
	ck_assert_int_eq(ipe_check_stdin(STDIN_FILENO, &check), 0);
	ck_assert_int_eq(check.reason, reason);
}

static void expect_inline(mode_t mode, enum ipe_reason reason)
{
	(void)mode;
	ck_assert_int_eq(ipe_check_inline(&check), 0);
	ck_assert_int_eq(check.reason, reason);
}

/* securebits, execute bit, how it is run, what becomes of it */
#define CELLS(CELL)                                    \
	CELL(NONE, executable, direct, ALLOWED)        \
	CELL(NONE, executable, operand, ALLOWED)       \
	CELL(NONE, executable, stdin, ALLOWED)         \
	CELL(NONE, executable, inline, ALLOWED)        \
	CELL(NONE, plain, direct, POLICY)              \
	CELL(NONE, plain, operand, ALLOWED)            \
	CELL(NONE, plain, stdin, ALLOWED)              \
	CELL(NONE, plain, inline, ALLOWED)             \
	CELL(RESTRICT, executable, direct, ALLOWED)    \
	CELL(RESTRICT, executable, operand, ALLOWED)   \
	CELL(RESTRICT, executable, stdin, ALLOWED)     \
	CELL(RESTRICT, executable, inline, ALLOWED)    \
	CELL(RESTRICT, plain, direct, POLICY)          \
	CELL(RESTRICT, plain, operand, NO_EXECUTE_BIT) \
	CELL(RESTRICT, plain, stdin, ALLOWED)          \
	CELL(RESTRICT, plain, inline, ALLOWED)         \
	CELL(DENY, executable, direct, ALLOWED)        \
	CELL(DENY, executable, operand, ALLOWED)       \
	CELL(DENY, executable, stdin, ALLOWED)         \
	CELL(DENY, executable, inline, INTERACTIVE)    \
	CELL(DENY, plain, direct, POLICY)              \
	CELL(DENY, plain, operand, ALLOWED)            \
	CELL(DENY, plain, stdin, NO_EXECUTE_BIT)       \
	CELL(DENY, plain, inline, INTERACTIVE)         \
	CELL(BOTH, executable, direct, ALLOWED)        \
	CELL(BOTH, executable, operand, ALLOWED)       \
	CELL(BOTH, executable, stdin, ALLOWED)         \
	CELL(BOTH, executable, inline, INTERACTIVE)    \
	CELL(BOTH, plain, direct, POLICY)              \
	CELL(BOTH, plain, operand, NO_EXECUTE_BIT)     \
	CELL(BOTH, plain, stdin, NO_EXECUTE_BIT)       \
	CELL(BOTH, plain, inline, INTERACTIVE)

enum {
	executable = 0755,
	plain = 0644
};

#define DEFINE_CELL(bits, kind, how, reason)                                   \
	START_TEST(with_securebits_##bits##_code_##kind##_##how##_is_##reason) \
	{                                                                      \
		restrict_process(bits);                                        \
		expect_##how(kind, IPE_REASON_##reason);                       \
	}                                                                      \
	END_TEST

#define ADD_CELL(bits, kind, how, reason) \
	tcase_add_test(table, with_securebits_##bits##_code_##kind##_##how##_is_##reason);

CELLS(DEFINE_CELL)

START_TEST(an_unprivileged_process_restricts_itself_too)
{
	if (geteuid() == 0)
		ck_assert_int_eq(setresuid(1000, 1000, 1000), 0);
	restrict_process(BOTH);
	ck_assert_int_eq(ipe_check_inline(&check), 0);
	assert_verdict(check, IPE_DENY, IPE_REASON_INTERACTIVE);
}
END_TEST

START_TEST(what_runs_in_a_restricted_process_is_restricted)
{
	char text[sizeof(self) + 32];

	snprintf(text, sizeof(text), "#!%s --interpret-plain\n", self);
	write_file("plain", SCRIPT_TEXT, 0644);
	write_file("direct", text, 0755);
	restrict_process(RESTRICT);
	ck_assert_int_eq(run_directly("./direct"), FIRST_REASON + (int)IPE_REASON_NO_EXECUTE_BIT);
}
END_TEST

START_TEST(a_file_that_somebody_writes_to_is_refused_by_the_exec_check_alone)
{
	int fd = new_script("script", 0755);
	int writer = open("script", O_WRONLY | O_CLOEXEC);

	ck_assert_int_ge(writer, 0);
	check = judged(fd);
	assert_verdict(check, IPE_ALLOW, IPE_REASON_ALLOWED);
	restrict_process(RESTRICT);
	check = judged(fd);
	assert_verdict(check, IPE_DENY, IPE_REASON_OPEN_FOR_WRITING);
	ck_assert_int_eq(check.exec_probe, -ETXTBSY);
	close(writer);
	check = judged(fd);
	assert_verdict(check, IPE_ALLOW, IPE_REASON_ALLOWED);
}
END_TEST

START_TEST(a_descriptor_open_for_writing_too_is_refused_by_the_exec_check)
{
	int fd;

	close(new_script("script", 0755));
	fd = open("script", O_RDWR | O_CLOEXEC);
	restrict_process(RESTRICT);
	check = judged(fd);
	assert_verdict(check, IPE_DENY, IPE_REASON_OPEN_FOR_WRITING);
}
END_TEST

START_TEST(an_execute_bit_that_is_not_ours_is_the_policys_refusal)
{
	int fd = new_script("script", 0744);

	if (geteuid() == 0)
		ck_assert_int_eq(setresuid(1000, 1000, 1000), 0);
	else
		ck_assert_int_eq(fchmod(fd, 0611), 0);
	restrict_process(RESTRICT);
	check = judged(fd);
	assert_verdict(check, IPE_DENY, IPE_REASON_POLICY);
	ck_assert_int_eq(check.exec_probe, -EACCES);
}
END_TEST

START_TEST(a_pipe_is_refused_where_the_securebits_say_so)
{
	int ends[2];

	ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
	restrict_process(RESTRICT);
	check = judged(ends[0]);
	assert_verdict(check, IPE_DENY, IPE_REASON_NOT_REGULAR);
	ck_assert_int_eq(ipe_check_stdin(ends[0], &check), 0);
	assert_verdict(check, IPE_ALLOW, IPE_REASON_ALLOWED);
	restrict_process(BOTH);
	ck_assert_int_eq(ipe_check_stdin(ends[0], &check), 0);
	assert_verdict(check, IPE_DENY, IPE_REASON_INTERACTIVE);
}
END_TEST

START_TEST(loading_obeys_restrict_file)
{
	char buf[64];
	size_t len;
	int fd = new_script("script", 0644);

	restrict_process(RESTRICT);
	ck_assert_int_eq(ipe_load_fd(fd, buf, sizeof(buf), &len, &check), 0);
	assert_verdict(check, IPE_DENY, IPE_REASON_NO_EXECUTE_BIT);
	ck_assert_int_eq(fchmod(fd, 0755), 0);
	ck_assert_int_eq(ipe_load_fd(fd, buf, sizeof(buf), &len, &check), 0);
	assert_verdict(check, IPE_ALLOW, IPE_REASON_ALLOWED);
	ck_assert_uint_eq(len, strlen(SCRIPT_TEXT));
}
END_TEST

START_TEST(the_restrictions_are_those_of_the_process)
{
	struct ipe_restrictions all;

	restrict_process(NONE);
	ipe_query_restrictions(&all);
	ck_assert(!all.restrict_file && !all.deny_interactive && all.exec_check_known);
	restrict_process(RESTRICT);
	ipe_query_restrictions(&all);
	ck_assert(all.restrict_file && !all.deny_interactive);
	restrict_process(DENY);
	ipe_query_restrictions(&all);
	ck_assert(!all.restrict_file && all.deny_interactive);
}
END_TEST

static const char *find_obstacle(void)
{
	struct ipe_restrictions all;
	const char *obstacle = gate_obstacle();

	if (!obstacle)
		obstacle = gate_no_exec_check();
	ipe_query_restrictions(&all);
	if (!obstacle && (all.inline_setting != IPE_INLINE_SECUREBITS || all.bad_configuration))
		obstacle = "the table holds for the inline setting securebits only";
	if (!obstacle && readlink("/proc/self/exe", self, sizeof(self) - 1) < 0)
		obstacle = "/proc is not mounted";
	return obstacle;
}

int main(int argc, char *argv[])
{
	TCase *table = tcase_create("securebits");
	const char *obstacle;
	int status;

	if (argc == 3 && strcmp(argv[1], "--interpret") == 0)
		return interpret(argv[2]);
	if (argc == 3 && strcmp(argv[1], "--interpret-plain") == 0)
		return interpret("plain");
	CELLS(ADD_CELL)
	tcase_add_test(table, an_unprivileged_process_restricts_itself_too);
	tcase_add_test(table, what_runs_in_a_restricted_process_is_restricted);
	tcase_add_test(table, a_file_that_somebody_writes_to_is_refused_by_the_exec_check_alone);
	tcase_add_test(table, a_descriptor_open_for_writing_too_is_refused_by_the_exec_check);
	tcase_add_test(table, an_execute_bit_that_is_not_ours_is_the_policys_refusal);
	tcase_add_test(table, a_pipe_is_refused_where_the_securebits_say_so);
	tcase_add_test(table, loading_obeys_restrict_file);
	tcase_add_test(table, the_restrictions_are_those_of_the_process);
	gate_enter();
	obstacle = find_obstacle();
	status = obstacle ? skip_all(obstacle) : run_case(table, "securebits");
	gate_leave();
	return status;
}
