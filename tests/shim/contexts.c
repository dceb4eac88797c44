/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Opens code that the kernel trusts and code that it does not wherever a program may do so, under the
 * shim: the one is handed out, the other refused, each time and nowhere else.
 *
 * Usage: contexts FOLDER TEST
 *
 * FOLDER has trusted.sh and untrusted.sh in it, in a folder of each name; both can be mapped or not
 * accordingly. The exit status is 0 if the test passes.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <pthread.h>
#include <seccomp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define THREADS	    16
#define OPENS	    100000
#define SMALL_STACK 16384

static char trusted[4096];
static char untrusted[4096];

static void fail(const char *what)
{
	fprintf(stderr, "failed: %s (errno %d, %s)\n", what, errno, strerror(errno));
	exit(EXIT_FAILURE);
}

#define MUST(condition)                   \
	do {                              \
		if (!(condition))         \
			fail(#condition); \
	} while (0)

/* Whether opens of both files end as they should, without a word to stdio. */
static bool is_judged(void)
{
	int fd;

	errno = 4711;
	fd = open(trusted, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || errno != 4711 || close(fd) < 0)
		return false;
	return open(untrusted, O_RDONLY | O_CLOEXEC) == -1 && errno == EACCES;
}

static int in_the_child_of_vfork(void)
{
	volatile bool judged = false;
	int status;
	pid_t child = vfork();

	if (child == 0) {
		judged = is_judged();
		_exit(0);
	}
	MUST(waitpid(child, &status, 0) == child && status == 0);
	MUST(judged);
	MUST(is_judged());
	return EXIT_SUCCESS;
}

static volatile sig_atomic_t judged_in_handler;

static void handle(int number)
{
	(void)number;
	judged_in_handler = is_judged();
}

static int in_a_signal_handler_on_a_small_stack(void)
{
	struct sigaction action = { .sa_handler = handle, .sa_flags = SA_ONSTACK };
	stack_t stack = { .ss_size = SMALL_STACK };

	/* A page that may not be touched precedes the stack. */
	stack.ss_sp = mmap(NULL, SMALL_STACK * 2, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	MUST(mprotect(stack.ss_sp, SMALL_STACK, PROT_NONE) == 0);
	stack.ss_sp = (char *)stack.ss_sp + SMALL_STACK;
	MUST(sigaltstack(&stack, NULL) == 0 && sigaction(SIGUSR1, &action, NULL) == 0);
	MUST(raise(SIGUSR1) == 0);
	MUST(judged_in_handler);
	return EXIT_SUCCESS;
}

static volatile bool stop;
static volatile sig_atomic_t handled;

static void handle_often(int number)
{
	int saved = errno;

	(void)number;
	judged_in_handler &= is_judged();
	handled++;
	errno = saved;
}

/* Signals that come while the shim is at work do work of the same kind. */
static int in_a_signal_handler_that_interrupts_the_shim(void)
{
	struct sigaction action = { .sa_handler = handle_often, .sa_flags = SA_RESTART };
	const struct timespec every = { .tv_nsec = 200000 };
	struct itimerspec timing = { every, every };
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGALRM };
	timer_t timer;

	judged_in_handler = true;
	MUST(sigaction(SIGALRM, &action, NULL) == 0);
	MUST(timer_create(CLOCK_MONOTONIC, &event, &timer) == 0);
	MUST(timer_settime(timer, 0, &timing, NULL) == 0);
	while (handled < 500) {
		FILE *stream = fopen(trusted, "r");

		MUST(stream && fclose(stream) == 0);
		MUST(!fopen(untrusted, "r") && errno == EACCES);
	}
	MUST(timer_delete(timer) == 0);
	MUST(judged_in_handler);
	return EXIT_SUCCESS;
}

static void *judge_often(void *argument)
{
	size_t wrong = 0;

	(void)argument;
	for (int i = 0; i < OPENS / THREADS / 2; i++)
		wrong += !is_judged();
	return (void *)wrong;
}

static size_t descriptors(void)
{
	size_t open_ones = 0;

	for (int fd = 0; fd < 1024; fd++)
		open_ones += fcntl(fd, F_GETFD) >= 0;
	return open_ones;
}

static int in_sixteen_threads_a_hundred_thousand_times(void)
{
	pthread_t threads[THREADS];
	size_t before = descriptors();
	void *wrong;

	for (int i = 0; i < THREADS; i++)
		MUST(pthread_create(&threads[i], NULL, judge_often, NULL) == 0);
	for (int i = 0; i < THREADS; i++)
		MUST(pthread_join(threads[i], &wrong) == 0 && !wrong);
	MUST(descriptors() == before);
	return EXIT_SUCCESS;
}

static void *judge_until_stopped(void *argument)
{
	size_t wrong = 0;

	(void)argument;
	while (!stop)
		wrong += !is_judged();
	return (void *)wrong;
}

static int in_children_forked_beside_threads(void)
{
	pthread_t thread;
	void *wrong;

	MUST(pthread_create(&thread, NULL, judge_until_stopped, NULL) == 0);
	for (int i = 0; i < 200; i++) {
		int status;
		pid_t child = fork();

		if (child == 0)
			_exit(is_judged() && !fopen(untrusted, "r") ? 0 : 1);
		MUST(waitpid(child, &status, 0) == child && status == 0);
	}
	stop = true;
	MUST(pthread_join(thread, &wrong) == 0 && !wrong);
	return EXIT_SUCCESS;
}

/* open(2) under the shim is no cancellation point: see libipe-shim(7). */
static void *open_while_cancelled(void *ret_judged)
{
	int fd;

	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL);
	pthread_cancel(pthread_self());
	pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, NULL);
	/* close(2) is a cancellation point still, so the file is left open. */
	fd = open(trusted, O_RDONLY | O_CLOEXEC);
	*(bool *)ret_judged =
		fd >= 0 && open(untrusted, O_RDONLY | O_CLOEXEC) == -1 && errno == EACCES;
	/* fopen(3) is one, as without the shim. */
	*(bool *)ret_judged = *(bool *)ret_judged && !fopen(untrusted, "r");
	return NULL;
}

static int in_a_thread_that_is_cancelled(void)
{
	pthread_t thread;
	bool judged = false;
	void *result;

	MUST(pthread_create(&thread, NULL, open_while_cancelled, &judged) == 0);
	MUST(pthread_join(thread, &result) == 0 && result == PTHREAD_CANCELED);
	MUST(judged);
	MUST(is_judged());
	return EXIT_SUCCESS;
}

static void limit(__rlimit_resource_t resource, rlim_t value)
{
	MUST(setrlimit(resource, &(struct rlimit){ value, value }) == 0);
}

static int without_a_free_descriptor(void)
{
	int spare;

	while (open("/dev/null", O_RDONLY) >= 0)
		;
	MUST(errno == EMFILE);
	MUST(open(trusted, O_RDONLY) == -1 && errno == EMFILE);
	MUST(!fopen(trusted, "r") && errno == EMFILE);
	spare = dup2(5, 3);
	close(spare);
	MUST(open(untrusted, O_RDONLY) == -1 && errno == EACCES);
	MUST(open(trusted, O_RDONLY) == spare);
	return EXIT_SUCCESS;
}

static int without_address_space(void)
{
	MUST(is_judged());
	limit(RLIMIT_AS, 0);
	MUST(open(trusted, O_RDONLY) == -1 && errno == EACCES);
	MUST(open(untrusted, O_RDONLY) == -1 && errno == EACCES);
	MUST(open("/dev/null", O_RDONLY) >= 0);
	return EXIT_SUCCESS;
}

static int without_a_free_mapping(void)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE), pages = 1 << 18;
	char *area = mmap(NULL, pages * page, PROT_NONE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	MUST(area != MAP_FAILED);
	/* Neighbours with different protections are mappings of their own. */
	for (size_t i = 1; i < pages; i += 2)
		if (mprotect(area + i * page, page, PROT_READ) < 0)
			break;
	while (mmap(NULL, page, PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED)
		mmap(NULL, page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	MUST(errno == ENOMEM);
	MUST(open(trusted, O_RDONLY) == -1 && errno == EACCES);
	return EXIT_SUCCESS;
}

/* Whose standard error nobody reads any more. */
static int without_a_reader(void)
{
	int ends[2];

	MUST(pipe(ends) == 0 && dup2(ends[1], STDERR_FILENO) == STDERR_FILENO);
	close(ends[0]);
	close(ends[1]);
	MUST(is_judged());
	return EXIT_SUCCESS;
}

static int without_standard_error(void)
{
	close(STDERR_FILENO);
	/* This one gets the number 2, and must not be written to. */
	MUST(open(trusted, O_RDWR) == STDERR_FILENO);
	MUST(open(untrusted, O_RDONLY) == -1 && errno == EACCES);
	MUST(lseek(STDERR_FILENO, 0, SEEK_CUR) == 0);
	return EXIT_SUCCESS;
}

/* Whether a child under this filter is killed by it when it opens what would be trusted. */
static int end_under_filter(uint32_t action)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
	int status;
	pid_t child;

	MUST(filter && seccomp_rule_add(filter, action, SCMP_SYS(mmap), 1,
					SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, PROT_EXEC)) == 0);
	child = fork();
	if (child == 0) {
		if (seccomp_load(filter) < 0)
			_exit(2);
		if (open("/dev/null", O_RDONLY) < 0 || open("/etc/passwd", O_RDONLY) < 0)
			_exit(3);
		_exit(open(trusted, O_RDONLY) >= 0 ? 4 : 0);
	}
	MUST(waitpid(child, &status, 0) == child);
	seccomp_release(filter);
	return status;
}

static int under_a_filter_without_executable_memory(void)
{
	MUST(end_under_filter(SCMP_ACT_ERRNO(EPERM)) == 0);
	MUST(end_under_filter(SCMP_ACT_ERRNO(ENOSYS)) == 0);
	/* Success without a mapping. */
	MUST(end_under_filter(SCMP_ACT_ERRNO(0)) == 0);
	MUST(WTERMSIG(end_under_filter(SCMP_ACT_KILL_PROCESS)) == SIGSYS);
	return EXIT_SUCCESS;
}

/* Every function that opens, with either file: whether it handed it out. */
#define IPE_OPEN(name)	 int call_##name(const char *path, int flags, ...) __asm__(#name);
#define IPE_OPEN_2(name) int call_##name(const char *path, int flags) __asm__(#name);
#define IPE_OPENAT(name) \
	int call_##name(int dirfd, const char *path, int flags, ...) __asm__(#name);
#define IPE_OPENAT_2(name) int call_##name(int dirfd, const char *path, int flags) __asm__(#name);
#define IPE_FOPEN(name)	   FILE *call_##name(const char *path, const char *mode) __asm__(#name);
#define IPE_FREOPEN(name) \
	FILE *call_##name(const char *path, const char *mode, FILE *) __asm__(#name);
#define IPE_OTHER(name)
#define IPE_SPAWN(name)
#include "calls.def"
#undef IPE_OPEN
#undef IPE_OPEN_2
#undef IPE_OPENAT
#undef IPE_OPENAT_2
#undef IPE_FOPEN
#undef IPE_FREOPEN

static bool is_fd(int fd)
{
	if (fd < 0 && errno != EACCES)
		fail("an open");
	return fd >= 0 && close(fd) == 0;
}

static bool is_stream(FILE *stream)
{
	if (!stream && errno != EACCES)
		fail("a stream");
	return stream && fclose(stream) == 0;
}

static const char *const reading_modes[] = {
	"r", "r+", "a+", "rb", "rbe", "rm", "r,ccs=UTF-8", "re,ccs=UTF-8", "r+b", "rcccccc",
};

#define READING_MODES (sizeof(reading_modes) / sizeof(reading_modes[0]))

static FILE *some_stream(void)
{
	FILE *stream = fopen("/dev/null", "r");

	MUST(stream);
	return stream;
}

static size_t count_streams(const char *path, FILE *(*open_stream)(const char *, const char *),
			    FILE *(*reopen)(const char *, const char *, FILE *))
{
	size_t handed_out = 0;

	for (size_t i = 0; i < READING_MODES; i++)
		handed_out +=
			is_stream(open_stream ? open_stream(path, reading_modes[i])
					      : reopen(path, reading_modes[i], some_stream()));
	return handed_out;
}

/* How many of the calls handed @path out. */
static size_t count_calls(const char *path, size_t *ret_all)
{
	const struct open_how how = { .flags = O_RDONLY };
	int (*openat2_call)(int, const char *, const struct open_how *, size_t);
	size_t out = 0, all = 0;

#define IPE_OPEN(name)                                           \
	out += is_fd(call_##name(path, O_RDONLY));               \
	out += is_fd(call_##name(path, O_RDWR | O_CREAT, 0600)); \
	all += 2;
#define IPE_OPEN_2(name)                           \
	out += is_fd(call_##name(path, O_RDONLY)); \
	all++;
#define IPE_OPENAT(name)                                                   \
	out += is_fd(call_##name(AT_FDCWD, path, O_RDONLY));               \
	out += is_fd(call_##name(AT_FDCWD, path, O_RDWR | O_CREAT, 0600)); \
	all += 2;
#define IPE_OPENAT_2(name)                                   \
	out += is_fd(call_##name(AT_FDCWD, path, O_RDONLY)); \
	all++;
#define IPE_FOPEN(name)                                \
	out += count_streams(path, call_##name, NULL); \
	all += READING_MODES;
#define IPE_FREOPEN(name)                              \
	out += count_streams(path, NULL, call_##name); \
	all += READING_MODES;
#include "calls.def"
	openat2_call = (int (*)(int, const char *, const struct open_how *, size_t))(
		uintptr_t)dlsym(RTLD_DEFAULT, "openat2");
	MUST(openat2_call);
	out += is_fd(openat2_call(AT_FDCWD, path, &how, sizeof(how)));
	out += is_fd((int)syscall(SYS_openat2, AT_FDCWD, path, &how, sizeof(how)));
	out += is_fd((int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY));
	all += 3;
#ifdef SYS_open
	out += is_fd((int)syscall(SYS_open, path, O_RDONLY));
	all++;
#endif
	*ret_all = all;
	return out;
}

static int by_every_call(void)
{
	size_t before = descriptors(), all;

	MUST(count_calls(trusted, &all) == all && all > 60);
	MUST(count_calls(untrusted, &all) == 0);
	MUST(descriptors() == before);
	return EXIT_SUCCESS;
}

static const struct test {
	const char *name;
	int (*run)(void);
} tests[] = {
#define TEST(name)          \
	{                   \
#name, name \
	}
	TEST(by_every_call),
	TEST(in_the_child_of_vfork),
	TEST(in_a_signal_handler_on_a_small_stack),
	TEST(in_a_signal_handler_that_interrupts_the_shim),
	TEST(in_sixteen_threads_a_hundred_thousand_times),
	TEST(in_children_forked_beside_threads),
	TEST(in_a_thread_that_is_cancelled),
	TEST(without_a_free_descriptor),
	TEST(without_address_space),
	TEST(without_a_free_mapping),
	TEST(without_a_reader),
	TEST(without_standard_error),
	TEST(under_a_filter_without_executable_memory),
};

int main(int argc, char **argv)
{
	if (argc != 3)
		return 2;
	snprintf(trusted, sizeof(trusted), "%s/trusted/script.sh", argv[1]);
	snprintf(untrusted, sizeof(untrusted), "%s/untrusted/script.sh", argv[1]);
	for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
		if (strcmp(argv[2], tests[i].name) == 0)
			return tests[i].run();
	return 2;
}
