/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Wherever an interpreter or a shim may be when it asks: the answer is the same. */
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gate.h"

#define THREADS 16
#define ROUNDS	500
/* More than the library needs, less than a thread's stack: the least that sigaltstack(2) advises. */
#define SMALL_STACK 8192

static struct ipe_check check;
static char preloaded[PATH_MAX];

START_TEST(the_child_of_vfork_gets_the_verdict)
{
	volatile int verdict = -1;
	int status, fd = new_script("script", 0755);
	pid_t child = vfork();

	if (child == 0) {
		verdict = ipe_check_fd(fd, &check) < 0 ? -1 : (int)check.verdict;
		_exit(ipe_check_inline(&check) < 0);
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_int_eq(status, 0);
	ck_assert_int_eq(verdict, IPE_ALLOW);
}
END_TEST

static int script_fd;
static struct ipe_check in_handler[3];
static int from_handler[3];

static void judge_in_handler(int number)
{
	char buf[64];
	size_t len;

	(void)number;
	from_handler[0] = ipe_check_fd(script_fd, &in_handler[0]);
	from_handler[1] = ipe_check_inline(&in_handler[1]);
	from_handler[2] = ipe_load_fd(script_fd, buf, sizeof(buf), &len, &in_handler[2]);
}

START_TEST(a_signal_handler_on_a_small_stack_gets_the_verdict_and_keeps_errno)
{
	struct sigaction action = { .sa_handler = judge_in_handler, .sa_flags = SA_ONSTACK };
	stack_t stack = { .ss_size = SMALL_STACK };

	/* A page that may not be touched follows, or rather precedes, the stack. */
	stack.ss_sp = mmap(NULL, SMALL_STACK * 2, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ck_assert_int_eq(mprotect(stack.ss_sp, SMALL_STACK, PROT_NONE), 0);
	stack.ss_sp = (char *)stack.ss_sp + SMALL_STACK;
	script_fd = new_script("script", 0755);
	ck_assert_int_eq(sigaltstack(&stack, NULL), 0);
	ck_assert_int_eq(sigaction(SIGUSR1, &action, NULL), 0);
	errno = 4711;
	raise(SIGUSR1);
	ck_assert_int_eq(errno, 4711);
	ck_assert_int_eq(from_handler[0] | from_handler[1] | from_handler[2], 0);
	assert_verdict(in_handler[0], IPE_ALLOW, IPE_REASON_ALLOWED);
	assert_verdict(in_handler[2], IPE_ALLOW, IPE_REASON_ALLOWED);
}
END_TEST

static void *judge_often(void *argument)
{
	size_t wrong = 0;

	(void)argument;
	for (int i = 0; i < ROUNDS; i++) {
		struct ipe_check own;
		int fd = ipe_open_code(AT_FDCWD, "script", &own);
		char buf[64];
		size_t len;

		wrong += fd < 0 || own.verdict != IPE_ALLOW;
		close(fd);
		wrong += ipe_check_fd(script_fd, &own) < 0 || own.verdict != IPE_ALLOW;
		wrong += ipe_load_fd(script_fd, buf, sizeof(buf), &len, &own) < 0 ||
			 len != strlen(SCRIPT_TEXT);
		wrong += ipe_open_code(AT_FDCWD, ".", &own) != -EACCES;
	}
	return (void *)wrong;
}

START_TEST(sixteen_threads_at_once_get_their_verdicts)
{
	pthread_t threads[THREADS];
	void *wrong;

	script_fd = new_script("script", 0755);
	for (int i = 0; i < THREADS; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, judge_often, NULL), 0);
	for (int i = 0; i < THREADS; i++) {
		ck_assert_int_eq(pthread_join(threads[i], &wrong), 0);
		ck_assert_ptr_null(wrong);
	}
}
END_TEST

START_TEST(a_child_forked_beside_threads_gets_its_verdict)
{
	pthread_t thread;
	void *wrong;

	script_fd = new_script("script", 0755);
	ck_assert_int_eq(pthread_create(&thread, NULL, judge_often, NULL), 0);
	for (int i = 0; i < 20; i++) {
		int status;
		pid_t child = fork();

		if (child == 0)
			_exit(ipe_check_fd(script_fd, &check) < 0 || check.verdict != IPE_ALLOW);
		ck_assert_int_eq(waitpid(child, &status, 0), child);
		ck_assert_int_eq(status, 0);
	}
	ck_assert_int_eq(pthread_join(thread, &wrong), 0);
	ck_assert_ptr_null(wrong);
}
END_TEST

/* The object judges its program's standard input in its constructor and ends the process. */
static int status_of_constructor(int fd)
{
	int status;
	pid_t child = fork();

	if (child == 0) {
		dup2(fd, STDIN_FILENO);
		setenv("LD_PRELOAD", preloaded, 1);
		execl("/proc/self/exe", "contexts", "--too-late", (char *)NULL);
		_exit(127);
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert(WIFEXITED(status));
	return WEXITSTATUS(status);
}

START_TEST(a_constructor_of_a_preloaded_object_gets_the_verdict)
{
	int ends[2];

	ck_assert_int_eq(status_of_constructor(new_script("script", 0755)),
			 64 + IPE_REASON_ALLOWED);
	ck_assert_int_eq(status_of_constructor(open(".", O_RDONLY | O_CLOEXEC)),
			 64 + IPE_REASON_NOT_REGULAR);
	ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
	ck_assert_int_eq(ipe_check_inline(&check), 0);
	ck_assert_int_eq(status_of_constructor(ends[0]), 64 + (int)check.reason);
}
END_TEST

int main(int argc, char *argv[])
{
	TCase *contexts = tcase_create("contexts");
	const char *obstacle;
	int status;

	if (argc == 2 && strcmp(argv[1], "--too-late") == 0)
		return EXIT_FAILURE;
	tcase_add_test(contexts, the_child_of_vfork_gets_the_verdict);
	tcase_add_test(contexts,
		       a_signal_handler_on_a_small_stack_gets_the_verdict_and_keeps_errno);
	tcase_add_test(contexts, sixteen_threads_at_once_get_their_verdicts);
	tcase_add_test(contexts, a_child_forked_beside_threads_gets_its_verdict);
	if (argc == 2 && realpath(argv[1], preloaded))
		tcase_add_test(contexts, a_constructor_of_a_preloaded_object_gets_the_verdict);
	gate_enter();
	obstacle = gate_obstacle();
	status = obstacle ? skip_all(obstacle) : run_case(contexts, "contexts");
	gate_leave();
	return status;
}
