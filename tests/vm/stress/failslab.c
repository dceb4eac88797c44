// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Lets every allocation and copy fail once, one at a time, in everything that IPE does: loads and
 * changes of policies, and decisions. After each failure the policy in force is what it was, gives
 * the same answers, and the same call succeeds. Prints "STATUS TEST" lines.
 *
 * usage: failslab POLICIES ODD EVEN NEVER; the policies are those of the part "failslab"
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "inject.h"
#include "securityfs.h"

#define NTH_MAX 100000

static const char *directory;
static struct {
	const char *path;
	int fd;
} odd, even, never;
static int memfd;

/* The policy in force. */
static const char *active = "base";
static unsigned int base_version = 1;
static bool odd_trusted = true;

/* Of the test that runs. */
static unsigned int failures, tolerated;
static int wrong;

static void complain(unsigned int nth, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void complain(unsigned int nth, const char *format, ...)
{
	va_list args;

	if (wrong++ >= 10)
		return;
	fprintf(stderr, "failslab: failure %u: ", nth);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
}

static void finish(const char *test)
{
	printf("%d %s\n# %u calls failed, %u did without what failed, %d wrong\n",
	       !(failures + tolerated) || wrong, test, failures, tolerated, wrong);
	fflush(stdout);
	failures = tolerated = 0;
	wrong = 0;
}

static void check_answer(unsigned int nth, const char *what, int answer, bool trusted)
{
	if (answer != (trusted ? 0 : -EACCES))
		complain(nth, "%s is %s now: %s", what, trusted ? "trusted" : "not trusted",
			 strerror(-answer));
}

static void check_active(unsigned int nth, const char *name)
{
	char text[64], expected[64];

	if (ipe_read(text, sizeof(text), "policies/%s/active", name) <= 0)
		complain(nth, "%s cannot be read", name);
	else if ((strcmp(text, "1") == 0) != (strcmp(name, active) == 0))
		complain(nth, "%s has active %s", name, text);
	if (strcmp(name, "base") != 0)
		return;
	snprintf(expected, sizeof(expected), "0.0.%u", base_version);
	if (ipe_read(text, sizeof(text), "policies/base/version") <= 0 ||
	    strcmp(text, expected) != 0)
		complain(nth, "base has version %s instead of %s", text, expected);
}

/* The policy in force is the one that should be. */
static void check_force(unsigned int nth)
{
	check_active(nth, active);
	check_answer(nth, "odd", map_executable(odd.fd, WAY_MMAP), odd_trusted);
	check_answer(nth, "even", map_executable(even.fd, WAY_MMAP), !odd_trusted);
	check_answer(nth, "never", map_executable(never.fd, WAY_MMAP), false);
	check_answer(nth, "anonymous memory", map_executable(-1, WAY_MPROTECT), false);
}

/* A call into IPE, and what it changes when it succeeds. */
struct change {
	const char *test;
	/* What the call needs that is not to fail; may be NULL. */
	void (*prepare)(void);
	int (*call)(void);
	void (*succeeded)(void);
	/* Undoes it, so that it can be done again; NULL where that is not needed. */
	int (*undo)(void);
};

static void succeed(unsigned int nth, const struct change *change)
{
	int error;

	if (change->succeeded)
		change->succeeded();
	check_force(nth);
	error = change->undo ? change->undo() : 0;
	if (error)
		complain(nth, "cannot be undone: %s", strerror(-error));
}

static void try_change(const struct change *change)
{
	bool happened = true;
	unsigned int nth;

	for (nth = 1; happened && nth < NTH_MAX; nth++) {
		int error;

		if (change->prepare)
			change->prepare();
		inject_arm(nth);
		error = change->call();
		happened = inject_disarm();
		if (error) {
			if (!happened)
				complain(nth, "fails by itself: %s", strerror(-error));
			failures++;
			check_force(nth);
			error = change->call();
			if (error)
				complain(nth, "fails again: %s", strerror(-error));
		} else {
			tolerated += happened;
		}
		if (!error)
			succeed(nth, change);
	}
	finish(change->test);
}

static struct policy_file file_loaded;
static const char *name_loaded;

static int load(void)
{
	return ipe_load(&file_loaded);
}

static int delete_loaded(void)
{
	return ipe_delete(name_loaded);
}

static void set_loaded(const char *file, const char *name)
{
	free(file_loaded.data);
	file_loaded = read_policy(directory, file);
	name_loaded = name;
}

static void try_load(const char *file, const char *test)
{
	const struct change change = { test, NULL, load, NULL, delete_loaded };

	set_loaded(file, file);
	try_change(&change);
}

/* What nobody trusts is not loaded either when the check cannot be made. */
static void try_refused(const char *file, const char *test)
{
	bool happened = true;
	unsigned int nth;

	set_loaded(file, file);
	for (nth = 1; happened && nth < NTH_MAX; nth++) {
		int error;

		inject_arm(nth);
		error = load();
		happened = inject_disarm();
		failures += happened;
		if (!error)
			complain(nth, "%s is loaded", file);
		check_force(nth);
	}
	finish(test);
}

static void read_next_base(void)
{
	char file[64];

	snprintf(file, sizeof(file), "base-%u", base_version + 1);
	set_loaded(file, "base");
}

static int update_base(void)
{
	return ipe_update("base", &file_loaded);
}

static void updated(void)
{
	base_version++;
	odd_trusted = !odd_trusted;
}

static int activate_other(void)
{
	return ipe_activate(strcmp(active, "ping") == 0 ? "pong" : "ping");
}

/* Ping trusts odd, pong trusts even. */
static void activated(void)
{
	odd_trusted = strcmp(active, "ping") != 0;
	active = odd_trusted ? "ping" : "pong";
}

static int delete_extra(void)
{
	return ipe_delete("extra");
}

static int enforce_on(void)
{
	return ipe_enforce(true);
}

static int success_audit_on(void)
{
	return ipe_write("1", 1, "success_audit");
}

static int read_views(void)
{
	static const char *const views[] = { "name", "version", "policy", "pkcs7", "active" };
	static char text[1 << 20];
	unsigned int i;

	for (i = 0; i < sizeof(views) / sizeof(views[0]); i++) {
		int got = ipe_read(text, sizeof(text), "policies/base/%s", views[i]);

		if (got < 0)
			return got;
	}
	return 0;
}

/* "enforce" off is what changes all answers, so it is looked at by itself. */
static void try_enforce_off(void)
{
	bool happened = true;
	unsigned int nth;

	for (nth = 1; happened && nth < NTH_MAX; nth++) {
		int error;

		inject_arm(nth);
		error = ipe_enforce(false);
		happened = inject_disarm();
		failures += error != 0;
		tolerated += happened && !error;
		if (!error && ipe_enforce(true))
			complain(nth, "enforce cannot be switched on again");
		check_force(nth);
	}
	finish("enforce is switched off or left alone");
}

static void try_changes(void)
{
	static const struct change update = { "the active policy is updated, or left alone",
					      read_next_base, update_base, updated, NULL };
	static const struct change changes[] = {
		{ "a policy is deleted, or left alone", NULL, delete_extra, NULL, load },
		{ "enforce is switched on again", NULL, enforce_on, NULL, NULL },
		{ "auditing of success is switched on", NULL, success_audit_on, NULL, NULL },
		{ "securityfs shows a policy", NULL, read_views, NULL, NULL },
	};
	static const struct change activation = { "a policy is activated, or left alone", NULL,
						  activate_other, activated, NULL };
	unsigned int i;

	try_change(&update);
	set_loaded("extra", "extra");
	if (load())
		give_up("extra");
	for (i = 0; i < sizeof(changes) / sizeof(changes[0]); i++)
		try_change(&changes[i]);
	ipe_write("0", 1, "success_audit");
	set_loaded("pong", "pong");
	if (load())
		give_up("pong");
	set_loaded("ping", "ping");
	if (load() || ipe_activate("ping"))
		give_up("ping");
	odd_trusted = true;
	active = "ping";
	try_change(&activation);
}

struct subject {
	const char *name;
	int fd;
	bool trusted;
};

static void try_mapping(const struct subject *subject, enum way way)
{
	bool happened = true;
	unsigned int nth;

	for (nth = 1; happened && nth < NTH_MAX; nth++) {
		int answer;

		inject_arm(nth);
		answer = map_executable(subject->fd, way);
		happened = inject_disarm();
		failures += happened && answer;
		tolerated += happened && !answer;
		if (!answer && !subject->trusted)
			complain(nth, "%s is allowed", subject->name);
		else if (answer == -EACCES && subject->trusted)
			complain(nth, "%s is refused", subject->name);
		else if (answer && !happened && subject->trusted)
			complain(nth, "%s: %s", subject->name, strerror(-answer));
	}
	check_force(nth);
}

/* Of a child that armed itself: 42 if the program ran, else one of these. */
enum {
	RAN = 42,
	REFUSED_AFTER_FAILURE,
	REFUSED,
	FAILED_AFTER_FAILURE,
	FAILED
};

static int execute(const char *path, unsigned int nth)
{
	int status;
	pid_t child = fork();

	if (child < 0)
		give_up("fork");
	if (child == 0) {
		bool refused;

		inject_arm(nth);
		execl(path, path, NULL);
		refused = errno == EACCES;
		if (inject_disarm())
			_exit(refused ? REFUSED_AFTER_FAILURE : FAILED_AFTER_FAILURE);
		_exit(refused ? REFUSED : FAILED);
	}
	if (waitpid(child, &status, 0) != child)
		give_up("waitpid");
	return WIFEXITED(status) ? WEXITSTATUS(status) : FAILED_AFTER_FAILURE;
}

static void try_refused_execution(const char *path)
{
	unsigned int nth;
	int end = 0;

	for (nth = 1; end != REFUSED && nth < NTH_MAX; nth++) {
		end = execute(path, nth);
		failures += end == REFUSED_AFTER_FAILURE || end == FAILED_AFTER_FAILURE;
		if (end == RAN || end == FAILED) {
			complain(nth, "%s %s", path, end == RAN ? "runs" : "fails by itself");
			break;
		}
	}
	check_force(nth);
}

static void try_decisions(void)
{
	const struct subject subjects[] = {
		{ odd.path, odd.fd, odd_trusted }, { even.path, even.fd, !odd_trusted },
		{ never.path, never.fd, false },   { "anonymous memory", -1, false },
		{ "a memfd", memfd, false },
	};
	unsigned int i;

	for (i = 0; i < sizeof(subjects) / sizeof(subjects[0]); i++) {
		try_mapping(&subjects[i], WAY_MMAP);
		try_mapping(&subjects[i], WAY_MPROTECT);
	}
	finish("no mapping is allowed or refused by a failure");
	try_refused_execution(never.path);
	try_refused_execution(odd_trusted ? even.path : odd.path);
	finish("no execution is allowed by a failure");
}

static bool allocates(int fd, enum way way, int expected)
{
	int answer;
	bool happened;

	inject_arm(1);
	answer = map_executable(fd, way);
	happened = inject_disarm();
	if (answer != expected)
		complain(1, "%s instead of %s", strerror(-answer), strerror(-expected));
	return happened;
}

/* Of all that allocates, only what IPE's own functions call is let fail. */
static void try_allocations_of_ipe(unsigned long start, unsigned long end)
{
	int trusted = odd_trusted ? odd.fd : even.fd;

	inject_within(start, end);
	if (allocates(trusted, WAY_MMAP, 0) || allocates(trusted, WAY_MPROTECT, 0))
		complain(1, "a decision allocates");
	failures += allocates(never.fd, WAY_MMAP, -EACCES);
	inject_within(0, 0);
	finish("a decision allocates nothing, and the record of a refusal does");
}

static int open_memfd(void)
{
	int fd = memfd_create("failslab", MFD_CLOEXEC);

	if (fd < 0 || ftruncate(fd, 4096))
		give_up("memfd_create");
	return fd;
}

int main(int argc, char **argv)
{
	if (argc != 7) {
		fputs("usage: failslab POLICIES ODD EVEN NEVER IPE_START IPE_END\n", stderr);
		return 2;
	}
	directory = argv[1];
	odd.fd = open_subject(odd.path = argv[2]);
	even.fd = open_subject(even.path = argv[3]);
	never.fd = open_subject(never.path = argv[4]);
	memfd = open_memfd();
	inject_prepare();
	set_loaded("base-1", "base");
	if (load() || ipe_activate("base"))
		give_up("base-1");
	try_allocations_of_ipe(strtoul(argv[5], NULL, 16), strtoul(argv[6], NULL, 16));
	try_decisions();
	try_load("small", "a policy is loaded, or not");
	try_load("appended", "a policy with an appended signature is loaded, or not");
	try_load("large", "a large policy is loaded, or not");
	try_refused("evil", "a policy signed by an unknown key is never loaded");
	try_refused("tampered", "a policy that was changed is never loaded");
	try_refused("tampered-appended", "a policy changed before its signature is never loaded");
	try_enforce_off();
	try_changes();
	return 0;
}
