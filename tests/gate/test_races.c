/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is interpreted is what was judged, whoever changes names and contents meanwhile. A test counts
 * only if the race happened: both of its outcomes must have been seen.
 *
 * Usage: gate-races [ROUNDS]
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gate.h"

#define DEFAULT_ROUNDS 20000
#define SIZE	       65536
/* Rounds go on until the race was seen, up to so many times what was asked for. */
#define PATIENCE 20

static long rounds = DEFAULT_ROUNDS;
static atomic_bool stop;
static char buf[SIZE + 1];

/* What the rounds of one race came to. */
struct tally {
	long rounds;
	long allowed;
	long refused;
	/* Of the allowed, those with the first of two contents. */
	long first;
};

static void *disturb_until_stopped(void *disturb)
{
	void (*const *turn)(bool) = disturb;

	for (bool odd = true; !atomic_load(&stop); odd = !odd)
		(*turn)(odd);
	return NULL;
}

static void race(void (*disturb)(bool odd), void (*attempt)(struct tally *),
		 bool (*seen)(const struct tally *))
{
	struct tally tally = { 0 };
	pthread_t thread;

	ck_assert_int_eq(pthread_create(&thread, NULL, disturb_until_stopped, &disturb), 0);
	while (tally.rounds < rounds || (!seen(&tally) && tally.rounds < rounds * PATIENCE)) {
		attempt(&tally);
		tally.rounds++;
	}
	atomic_store(&stop, true);
	ck_assert_int_eq(pthread_join(thread, NULL), 0);
	ck_assert_msg(seen(&tally),
		      "no race in %ld rounds: %ld allowed (%ld the first), %ld refused",
		      tally.rounds, tally.allowed, tally.first, tally.refused);
}

static bool both_outcomes(const struct tally *tally)
{
	return tally->allowed > 0 && tally->refused > 0;
}

static void swap_names(bool odd)
{
	(void)odd;
	renameat2(AT_FDCWD, "name", AT_FDCWD, "other", RENAME_EXCHANGE);
}

/* Only a file with the trusted text in it may come out of it, and only the other be refused. */
static void open_by_name(struct tally *tally, enum ipe_reason reason)
{
	struct ipe_check check;
	int fd = ipe_open_code(AT_FDCWD, "name", &check);

	if (fd < 0) {
		ck_assert_int_eq(fd, -EACCES);
		ck_assert_int_eq(check.reason, reason);
		tally->refused++;
		return;
	}
	ck_assert_int_eq(read(fd, buf, sizeof(buf)), strlen(SCRIPT_TEXT));
	ck_assert_int_eq(memcmp(buf, SCRIPT_TEXT, strlen(SCRIPT_TEXT)), 0);
	close(fd);
	tally->allowed++;
}

static void open_executable(struct tally *tally)
{
	open_by_name(tally, IPE_REASON_NO_EXECUTE_BIT);
}

static void open_beside_noexec(struct tally *tally)
{
	open_by_name(tally, IPE_REASON_NOEXEC_MOUNT);
}

START_TEST(a_name_swapped_between_two_files_never_opens_the_refused_one)
{
	write_file("name", SCRIPT_TEXT, 0755);
	write_file("other", "print('evil')\n", 0644);
	ck_assert_int_eq(prctl(PR_SET_SECUREBITS, RESTRICT_FILE), 0);
	race(swap_names, open_executable, both_outcomes);
}
END_TEST

START_TEST(a_link_swapped_between_two_mounts_never_opens_the_refused_file)
{
	unlink("name");
	unlink("other");
	write_file("trusted", SCRIPT_TEXT, 0755);
	write_file("noexec/evil", "print('evil')\n", 0755);
	ck_assert_int_eq(symlink("trusted", "name"), 0);
	ck_assert_int_eq(symlink("noexec/evil", "other"), 0);
	race(swap_names, open_beside_noexec, both_outcomes);
}
END_TEST

static char contents[2][SIZE];

static void prepare_contents(void)
{
	for (int i = 0; i < 2; i++)
		memset(contents[i], 'A' + i, SIZE);
	write_file("script", "", 0755);
}

static void rewrite(bool odd)
{
	int fd = open("script", O_WRONLY | O_CLOEXEC);

	/* While the exec check runs nobody may write. */
	if (fd < 0 && errno == ETXTBSY)
		return;
	if (pwrite(fd, contents[odd], SIZE, 0) != SIZE)
		abort();
	close(fd);
	usleep(30);
}

static bool is_all(const char *text, size_t len, char byte)
{
	return len == 0 || (text[0] == byte && memcmp(text, text + 1, len - 1) == 0);
}

static size_t load(struct ipe_check *check)
{
	size_t len = 77;
	int fd = open("script", O_RDONLY | O_CLOEXEC);

	memset(buf, '\0', sizeof(buf));
	ck_assert_int_eq(ipe_load_fd(fd, buf, sizeof(buf), &len, check), 0);
	close(fd);
	if (check->verdict == IPE_ALLOW) {
		ck_assert_uint_eq(len, check->size);
	} else {
		ck_assert_uint_eq(len, 0);
		ck_assert_msg(is_all(buf, sizeof(buf), '\0'), "a refused file is left in memory");
	}
	return len;
}

/*
 * With the exec check nobody is writing when the file is judged, so whoever writes later leaves a
 * new time stamp behind.
 */
static void load_rewritten(struct tally *tally)
{
	struct ipe_check check;

	load(&check);
	if (check.verdict == IPE_ALLOW) {
		ck_assert_msg(is_all(buf, SIZE, buf[0]), "two contents are mixed");
		tally->allowed++;
		tally->first += buf[0] == 'A';
		return;
	}
	ck_assert(check.reason == IPE_REASON_CHANGED ||
		  check.reason == IPE_REASON_OPEN_FOR_WRITING);
	tally->refused += check.reason == IPE_REASON_CHANGED;
}

static bool both_contents_and_a_change(const struct tally *tally)
{
	return tally->first > 0 && tally->allowed > tally->first && tally->refused > 0;
}

START_TEST(a_file_rewritten_meanwhile_is_loaded_with_one_content_or_refused)
{
	prepare_contents();
	rewrite(false);
	ck_assert_int_eq(prctl(PR_SET_SECUREBITS, RESTRICT_FILE), 0);
	race(rewrite, load_rewritten, both_contents_and_a_change);
}
END_TEST

static void truncate_and_restore(bool odd)
{
	int fd = open("script", O_WRONLY | O_CLOEXEC);

	if (odd ? ftruncate(fd, SIZE / 2) < 0 : pwrite(fd, contents[0], SIZE, 0) != SIZE)
		abort();
	close(fd);
	usleep(30);
}

static void load_truncated(struct tally *tally)
{
	struct ipe_check check;
	size_t len = load(&check);

	if (check.verdict == IPE_ALLOW) {
		ck_assert_msg(is_all(buf, len, 'A'), "bytes that were never in the file");
		tally->allowed++;
		return;
	}
	ck_assert_int_eq(check.reason, IPE_REASON_CHANGED);
	tally->refused++;
}

START_TEST(a_file_truncated_meanwhile_is_loaded_as_it_was_judged_or_refused)
{
	prepare_contents();
	rewrite(false);
	race(truncate_and_restore, load_truncated, both_outcomes);
}
END_TEST

/* Whether every write after an fstat(2) leaves a new time stamp (Linux 6.13, most file systems). */
static bool time_stamps_are_fine(void)
{
	struct stat before, after;
	int fd;

	prepare_contents();
	fd = open("script", O_RDWR | O_CLOEXEC);
	for (int i = 0; i < 100; i++) {
		if (fstat(fd, &before) < 0 || pwrite(fd, "x", 1, 0) != 1 || fstat(fd, &after) < 0)
			abort();
		if (before.st_mtim.tv_nsec == after.st_mtim.tv_nsec) {
			close(fd);
			return false;
		}
	}
	close(fd);
	return true;
}

static const char *find_obstacle(void)
{
	const char *obstacle = gate_obstacle();

	if (!obstacle)
		obstacle = gate_no_exec_check();
	if (!obstacle && !gate_new_mounts())
		obstacle = "mount namespaces need root or user namespaces";
	if (!obstacle && !time_stamps_are_fine())
		obstacle = "time stamps are too coarse to see every write (Linux 6.13)";
	if (!obstacle && (mkdir("noexec", 0755) < 0 ||
			  mount("tmpfs", "noexec", "tmpfs", MS_NOEXEC, "mode=755") < 0))
		obstacle = "a tmpfs cannot be mounted here";
	return obstacle;
}

int main(int argc, char *argv[])
{
	TCase *races = tcase_create("races");
	const char *obstacle;
	int status;

	if (argc == 2)
		rounds = atol(argv[1]);
	tcase_set_timeout(races, 600);
	tcase_add_test(races, a_name_swapped_between_two_files_never_opens_the_refused_one);
	tcase_add_test(races, a_link_swapped_between_two_mounts_never_opens_the_refused_file);
	tcase_add_test(races, a_file_rewritten_meanwhile_is_loaded_with_one_content_or_refused);
	tcase_add_test(races, a_file_truncated_meanwhile_is_loaded_as_it_was_judged_or_refused);
	gate_enter();
	obstacle = find_obstacle();
	status = obstacle ? skip_all(obstacle) : run_case(races, "races");
	umount2("noexec", MNT_DETACH);
	gate_leave();
	return status;
}
