// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Maps from four threads while others swap policies, change "enforce" and read what securityfs
 * shows. Every mapping's answer must be one that a policy in force during the call gives. Prints
 * "STATUS TEST" lines. A slow machine takes longer, until there was something to judge.
 *
 * usage: stress SECONDS POLICIES TRUSTED_BY_ODD TRUSTED_BY_EVEN NEVER_TRUSTED
 */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "securityfs.h"

#define MAPPERS	     4
#define LAST_VERSION 1000
#define TURNS	     25
#define LEAST_SWAPS  100
#define OPEN_MSEC    1
#define CLOSED_MSEC  20
#define EXAMPLES_MAX 10

/*
 * What is known of something that another thread changes: the lowest bits are its value, CHANGING
 * from before the change begins to after its end. The rest counts changes.
 */
typedef _Atomic uint64_t known;

enum {
	CHANGING,
	OFF,
	ON
};

#define VALUE_BITS 2

static known odd_in_force, enforcing;
static atomic_bool ended;

static void set_known(known *what, unsigned int value)
{
	atomic_store(what, ((atomic_load(what) >> VALUE_BITS) + 1) << VALUE_BITS | value);
}

/* The value if it did not change between the two looks. */
static unsigned int value_throughout(uint64_t before, uint64_t after)
{
	return before == after ? before & ((1U << VALUE_BITS) - 1) : CHANGING;
}

enum subject {
	TRUSTED_BY_ODD,
	TRUSTED_BY_EVEN,
	NEVER_TRUSTED,
	ANONYMOUS,
	MEMFD,
	SUBJECT_COUNT,
};

static const char *const subject_names[] = {
	"the file trusted by odd policies",
	"the file trusted by even policies",
	"the file that is never trusted",
	"anonymous memory",
	"a memfd",
};
static int subjects[SUBJECT_COUNT];

/* Answers that could be judged, of each kind; a kind without any was not tested. */
static atomic_uint refusals_due, allowances_due, permissive_due, refusals_at_once;
static atomic_uint wrong_refusals, wrong_allowances, wrong_errors, wrong_at_once;
static atomic_uint views_read, views_torn, swaps, renewals, swap_faults;

static void complain(const char *what, const char *about, int error)
{
	static atomic_uint examples;

	if (atomic_fetch_add(&examples, 1) < EXAMPLES_MAX)
		fprintf(stderr, "stress: %s: %s: %s\n", what, about, strerror(-error));
}

enum due {
	REFUSE,
	ALLOW,
	EITHER
};

/* What the answer must be, whatever else was changing during the call. */
static enum due what_is_due(enum subject subject, unsigned int odd, unsigned int enforce)
{
	if (enforce == OFF)
		return ALLOW;
	if (enforce == CHANGING)
		return EITHER;
	if (subject >= NEVER_TRUSTED)
		return REFUSE;
	if (odd == CHANGING)
		return EITHER;
	return (odd == ON) == (subject == TRUSTED_BY_ODD) ? ALLOW : REFUSE;
}

static void judge(enum subject subject, unsigned int enforce, enum due due, int answer)
{
	if (answer && answer != -EACCES) {
		atomic_fetch_add(&wrong_errors, 1);
		complain("neither allowed nor refused", subject_names[subject], answer);
	} else if (due == REFUSE) {
		atomic_fetch_add(&refusals_due, 1);
		if (answer)
			return;
		atomic_fetch_add(&wrong_allowances, 1);
		complain("allowed by no policy", subject_names[subject], answer);
	} else if (due == ALLOW) {
		atomic_fetch_add(enforce == OFF ? &permissive_due : &allowances_due, 1);
		if (!answer)
			return;
		atomic_fetch_add(&wrong_refusals, 1);
		complain("refused by no policy", subject_names[subject], answer);
	}
}

static void *map_all(void *unused)
{
	unsigned int turn;

	for (turn = 0; !atomic_load(&ended); turn++) {
		enum subject subject = turn % SUBJECT_COUNT;
		uint64_t odd_before = atomic_load(&odd_in_force);
		uint64_t enforcing_before = atomic_load(&enforcing);
		int answer = map_executable(subjects[subject], turn / SUBJECT_COUNT % WAY_COUNT);
		unsigned int enforce = value_throughout(enforcing_before, atomic_load(&enforcing));
		unsigned int odd = value_throughout(odd_before, atomic_load(&odd_in_force));

		judge(subject, enforce, what_is_due(subject, odd, enforce), answer);
	}
	return unused;
}

static void expect(int error, int expected, const char *step)
{
	if (error == expected)
		return;
	atomic_fetch_add(&swap_faults, 1);
	complain("a swap failed", step, error);
}

static struct policy_file read_version(const char *directory, const char *name,
				       unsigned int version)
{
	char file[32];

	snprintf(file, sizeof(file), "%s-%u", name, version);
	return read_policy(directory, file);
}

static void activate(const char *name)
{
	set_known(&odd_in_force, CHANGING);
	expect(ipe_activate(name), 0, "activate");
	set_known(&odd_in_force, strcmp(name, "left") == 0 ? ON : OFF);
	atomic_fetch_add(&swaps, 1);
}

/* The policy in force is updated to one that trusts the same file: no answer may change. */
static void update_active(const char *directory, const char *name, unsigned int version)
{
	struct policy_file policy = read_version(directory, name, version);

	expect(ipe_update(name, &policy), 0, "update the active one");
	expect(ipe_update(name, &policy), -ESTALE, "update once more");
	expect(ipe_delete(name), -EPERM, "delete the active one");
	free(policy.data);
}

/* The other one follows: it is updated too, or deleted and loaded anew. */
static void renew_other(const char *directory, const char *name, unsigned int version)
{
	struct policy_file policy = read_version(directory, name, version);

	expect(ipe_activate(name), -EINVAL, "activate an older one");
	if (version % 2) {
		expect(ipe_update(name, &policy), 0, "update the other one");
	} else {
		expect(ipe_delete(name), 0, "delete");
		expect(ipe_activate(name), -ENOENT, "activate the deleted one");
		expect(ipe_load(&policy), 0, "load");
		expect(ipe_load(&policy), -EEXIST, "load once more");
	}
	free(policy.data);
}

static void load_first(const char *directory, const char *name)
{
	struct policy_file policy = read_version(directory, name, 1);

	expect(ipe_load(&policy), 0, "load");
	free(policy.data);
}

/* Of this thread: or those that map would leave it little time. */
static void go_first(void)
{
	if (setpriority(PRIO_PROCESS, 0, -10))
		give_up("setpriority");
}

static void *swap_policies(void *directory)
{
	unsigned int version, turn;

	go_first();
	load_first(directory, "right");
	load_first(directory, "left");
	activate("left");
	for (version = 2; version <= LAST_VERSION && !atomic_load(&ended); version++) {
		const char *active = version % 2 ? "right" : "left";
		const char *other = version % 2 ? "left" : "right";

		update_active(directory, active, version);
		renew_other(directory, other, version);
		for (turn = 0; turn < TURNS && !atomic_load(&ended); turn++) {
			activate(other);
			activate(active);
		}
		activate(other);
		atomic_fetch_add(&renewals, 1);
	}
	return NULL;
}

static void sleep_msec(long msec)
{
	const struct timespec time = { .tv_nsec = msec * 1000000 };

	nanosleep(&time, NULL);
}

static void *change_enforce(void *unused)
{
	go_first();
	while (!atomic_load(&ended)) {
		int answer;

		sleep_msec(CLOSED_MSEC);
		set_known(&enforcing, CHANGING);
		expect(ipe_enforce(false), 0, "switch enforce off");
		set_known(&enforcing, OFF);
		sleep_msec(OPEN_MSEC);
		set_known(&enforcing, CHANGING);
		expect(ipe_enforce(true), 0, "switch enforce on");
		set_known(&enforcing, ON);
		answer = map_executable(subjects[NEVER_TRUSTED], WAY_MMAP);
		atomic_fetch_add(&refusals_at_once, 1);
		if (answer != -EACCES) {
			atomic_fetch_add(&wrong_at_once, 1);
			complain("enforce is on again", subject_names[NEVER_TRUSTED], answer);
		}
	}
	return unused;
}

/* Text and version of one policy may belong to two updates, but neither to another name. */
static void read_view(const char *name)
{
	char text[4096], expected[64], version[64];

	snprintf(expected, sizeof(expected), "policy_name=%s policy_version=0.0.", name);
	if (ipe_read(text, sizeof(text), "policies/%s/policy", name) <= 0)
		return;
	atomic_fetch_add(&views_read, 1);
	if (strncmp(text, expected, strlen(expected)) != 0) {
		atomic_fetch_add(&views_torn, 1);
		complain("a policy shows another's text", name, 0);
	}
	if (ipe_read(version, sizeof(version), "policies/%s/version", name) > 0 &&
	    strncmp(version, "0.0.", 4) != 0) {
		atomic_fetch_add(&views_torn, 1);
		complain("a policy shows a version that it cannot have", version, 0);
	}
	ipe_read(text, sizeof(text), "policies/%s/pkcs7", name);
	ipe_read(text, sizeof(text), "policies/%s/name", name);
	ipe_read(text, sizeof(text), "policies/%s/active", name);
}

static void *read_views(void *unused)
{
	while (!atomic_load(&ended)) {
		read_view("left");
		read_view("right");
	}
	return unused;
}

static void start(pthread_t *thread, void *(*run)(void *), void *argument)
{
	errno = pthread_create(thread, NULL, run, argument);
	if (errno)
		give_up("pthread_create");
}

static void run_threads(unsigned int seconds, char *policies)
{
	pthread_t threads[MAPPERS + 3];
	unsigned int i;

	set_known(&enforcing, ON);
	start(&threads[MAPPERS], swap_policies, policies);
	while (!atomic_load(&swaps) && !atomic_load(&swap_faults))
		sleep_msec(1);
	for (i = 0; i < MAPPERS; i++)
		start(&threads[i], map_all, NULL);
	start(&threads[MAPPERS + 1], change_enforce, NULL);
	start(&threads[MAPPERS + 2], read_views, NULL);
	sleep(seconds);
	while (atomic_load(&swaps) < LEAST_SWAPS && !atomic_load(&swap_faults))
		sleep_msec(10);
	atomic_store(&ended, true);
	for (i = 0; i < MAPPERS + 3; i++)
		pthread_join(threads[i], NULL);
}

/* A test that judged nothing has not passed. */
static void report(unsigned int judged, unsigned int wrong, const char *what)
{
	printf("%d %s\n# %u judged, %u wrong\n", !judged || wrong, what, judged, wrong);
}

static void report_all(void)
{
	report(swaps, swap_faults,
	       "policies are loaded, activated, updated, deleted or refused as they should");
	report(renewals, renewals >= LAST_VERSION - 1, "there were newer policies until the end");
	report(refusals_due, wrong_allowances, "nothing is allowed that no policy allows");
	report(allowances_due, wrong_refusals, "nothing is refused that the policy allows");
	report(permissive_due, wrong_errors, "nothing fails while enforce is off");
	report(refusals_at_once, wrong_at_once,
	       "what is never trusted is refused as soon as enforce is on again");
	report(views_read, views_torn, "securityfs shows every policy's own text");
}

int main(int argc, char **argv)
{
	if (argc != 6) {
		fputs("usage: stress SECONDS POLICIES BY_ODD BY_EVEN NEVER\n", stderr);
		return 2;
	}
	subjects[TRUSTED_BY_ODD] = open_subject(argv[3]);
	subjects[TRUSTED_BY_EVEN] = open_subject(argv[4]);
	subjects[NEVER_TRUSTED] = open_subject(argv[5]);
	subjects[ANONYMOUS] = -1;
	subjects[MEMFD] = memfd_create("stress", MFD_CLOEXEC);
	if (subjects[MEMFD] < 0 || ftruncate(subjects[MEMFD], 4096))
		give_up("memfd_create");
	run_threads((unsigned int)atoi(argv[1]), argv[2]);
	report_all();
	return 0;
}
