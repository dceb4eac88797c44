/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Loading: the whole file as it was judged, or nothing. */
#include <fcntl.h>
#include <string.h>

#include "unit.h"

static struct ipe_check check;
static char buf[64];
static size_t len;

static int load(size_t size)
{
	memset(buf, '.', sizeof(buf));
	check = stale;
	len = 77;
	return ipe_load_fd(FAKE_SCRIPT_FD, buf, size, &len, &check);
}

static void expect_loaded(size_t size)
{
	ck_assert_int_eq(load(size), 0);
	assert_verdict(check, IPE_ALLOW, IPE_REASON_ALLOWED);
	ck_assert_uint_eq(len, strlen("print(1)\n"));
	ck_assert(memcmp(buf, "print(1)\n", len) == 0);
	ck_assert_msg(buf[len] == '.', "wrote past the end of the file");
}

static void expect_refused(enum ipe_reason reason)
{
	ck_assert_int_eq(load(sizeof(buf)), 0);
	assert_verdict(check, IPE_DENY, reason);
	ck_assert_uint_eq(len, 0);
	for (size_t i = 0; i < sizeof(buf); i++)
		ck_assert_msg(buf[i] == '\0' || buf[i] == '.', "byte %zu of the file is left", i);
}

START_TEST(the_whole_file_is_loaded)
{
	expect_loaded(sizeof(buf));
	ck_assert_uint_eq(check.size, 9);
}
END_TEST

START_TEST(short_and_interrupted_reads_are_continued)
{
	fake.script.longest_read = 1;
	expect_loaded(sizeof(buf));
	fake.script.longest_read = 4;
	fake.script.interrupted_reads = 1000;
	expect_loaded(sizeof(buf));
}
END_TEST

START_TEST(an_empty_file_is_loaded)
{
	fake.script.len = 0;
	ck_assert_int_eq(load(0), 0);
	assert_verdict(check, IPE_ALLOW, IPE_REASON_ALLOWED);
	ck_assert_uint_eq(len, 0);
}
END_TEST

START_TEST(the_limit_is_exact)
{
	expect_loaded(9);
	ck_assert_int_eq(load(8), 0);
	assert_verdict(check, IPE_DENY, IPE_REASON_TOO_LARGE);
	ck_assert_uint_eq(len, 0);
	ck_assert_int_eq(buf[0], '.');
	ck_assert_int_eq(load(0), 0);
	assert_verdict(check, IPE_DENY, IPE_REASON_TOO_LARGE);
}
END_TEST

START_TEST(a_negative_size_is_too_large)
{
	fake.script.len = (size_t)-1;
	ck_assert_int_eq(load(sizeof(buf)), 0);
	assert_verdict(check, IPE_DENY, IPE_REASON_TOO_LARGE);
}
END_TEST

START_TEST(a_refused_file_is_not_read)
{
	fake.script.map = -EACCES;
	expect_refused(IPE_REASON_POLICY);
	ck_assert_uint_eq(fake_record.reads, 0);
	ck_assert_int_eq(buf[0], '.');
}
END_TEST

START_TEST(only_a_regular_file_is_loaded)
{
	static const mode_t types[] = { S_IFDIR, S_IFIFO, S_IFCHR, S_IFBLK, S_IFSOCK, 0 };

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		fake.script.mode = types[i] | 0777;
		expect_refused(IPE_REASON_NOT_REGULAR);
	}
	ck_assert_uint_eq(fake_record.reads, 0);
}
END_TEST

START_TEST(whatever_the_first_read_fails_with_is_a_refusal)
{
	FOR_EACH_ERRNO(error)
	{
		if (error == EINTR)
			continue;
		fake.script.read = -error;
		expect_refused(IPE_REASON_READ_ERROR);
	}
}
END_TEST

START_TEST(an_error_in_the_middle_is_a_refusal_and_wipes_what_was_read)
{
	fake.script.longest_read = 2;
	fake.script.good_reads = 3;
	fake.script.read = -EIO;
	expect_refused(IPE_REASON_READ_ERROR);
	ck_assert_int_eq(buf[0], '\0');
	ck_assert_int_eq(buf[8], '\0');
	ck_assert_int_eq(buf[9], '.');
}
END_TEST

START_TEST(an_error_that_goes_away_is_a_refusal)
{
	for (unsigned int good = 0; good < 6; good++) {
		fake_reset();
		fake.script.longest_read = 2;
		fake.script.good_reads = good;
		fake.script.read = -EIO;
		fake.script.read_fails_once = true;
		expect_refused(IPE_REASON_READ_ERROR);
	}
}
END_TEST

START_TEST(an_error_of_the_read_beyond_the_end_is_a_refusal)
{
	fake.script.good_reads = 1;
	fake.script.read = -EIO;
	expect_refused(IPE_REASON_READ_ERROR);
}
END_TEST

static void shrink(struct fake_file *file)
{
	file->len = 4;
}

static void grow(struct fake_file *file)
{
	file->data = "print(1)\nevil()\n";
	file->len = 16;
}

static void modify(struct fake_file *file)
{
	file->mtime.tv_nsec++;
}

static void modify_a_second_later(struct fake_file *file)
{
	file->mtime.tv_sec++;
}

static void change(struct fake_file *file)
{
	file->ctime.tv_nsec++;
}

static void change_a_second_later(struct fake_file *file)
{
	file->ctime.tv_sec--;
}

static void hide(struct fake_file *file)
{
	file->fstat = -EIO;
}

START_TEST(a_file_that_changes_meanwhile_is_refused)
{
	static void (*const changes[])(struct fake_file *) = {
		shrink, grow, modify, modify_a_second_later, change, change_a_second_later, hide,
	};

	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		fake_reset();
		fake.script.longest_read = 6;
		fake.script.after_read = changes[i];
		expect_refused(IPE_REASON_CHANGED);
		ck_assert_int_eq(buf[0], '\0');
	}
}
END_TEST

/* After the last byte is read, and seen by fstat(2) alone. */
static void grow_behind(struct fake_file *file)
{
	if (fake_record.reads == 2)
		file->len = 16;
}

static void shrink_behind(struct fake_file *file)
{
	if (fake_record.reads == 2)
		file->len = 3;
}

START_TEST(a_change_after_the_last_read_is_seen)
{
	fake.script.after_read = grow_behind;
	expect_refused(IPE_REASON_CHANGED);
	fake_reset();
	fake.script.after_read = shrink_behind;
	expect_refused(IPE_REASON_CHANGED);
}
END_TEST

static void copy_up(struct fake_file *file)
{
	file->map = -EACCES;
}

START_TEST(a_file_on_an_overlay_is_judged_again_after_it_was_read)
{
	fake.script.overlay = true;
	expect_loaded(sizeof(buf));
	ck_assert_uint_eq(fake_record.mapped, 2);
	fake.script.after_read = copy_up;
	expect_refused(IPE_REASON_POLICY);
	ck_assert_int_eq(buf[0], '\0');
}
END_TEST

START_TEST(a_file_elsewhere_is_judged_once)
{
	expect_loaded(sizeof(buf));
	ck_assert_uint_eq(fake_record.mapped, 1);
}
END_TEST

START_TEST(a_file_system_that_cannot_be_told_counts_as_an_overlay)
{
	fake.script.after_read = copy_up;
	FOR_EACH_ERRNO(error)
	{
		fake.script.map = 0;
		fake.script.statfs = -error;
		expect_refused(IPE_REASON_POLICY);
	}
}
END_TEST

static void lose(struct fake_file *file)
{
	file->map = -EACCES;
	file->flags = -EBADF;
}

START_TEST(a_descriptor_lost_before_the_second_verdict_is_an_error_without_content)
{
	fake.script.overlay = true;
	fake.script.after_read = lose;
	ck_assert_int_eq(load(sizeof(buf)), -EBADF);
	ck_assert(is_zero(&check));
	ck_assert_uint_eq(len, 0);
	for (size_t i = 0; i < 9; i++)
		ck_assert_int_eq(buf[i], '\0');
}
END_TEST

START_TEST(a_missing_pointer_is_the_callers_error)
{
	check = stale;
	len = 77;
	ck_assert_int_eq(ipe_load_fd(FAKE_SCRIPT_FD, NULL, 1, &len, &check), -EINVAL);
	ck_assert_int_eq(ipe_load_fd(FAKE_SCRIPT_FD, buf, 1, NULL, &check), -EINVAL);
	ck_assert_int_eq(ipe_load_fd(FAKE_SCRIPT_FD, buf, 1, &len, NULL), -EINVAL);
}
END_TEST

START_TEST(a_descriptor_that_cannot_be_read_is_the_callers_error)
{
	fake.script.map = -EACCES;
	fake.script.flags = O_WRONLY;
	ck_assert_int_eq(load(sizeof(buf)), -EBADF);
	ck_assert(is_zero(&check));
	ck_assert_uint_eq(len, 0);
}
END_TEST

int main(void)
{
	TCase *loading = new_case("load");

	tcase_add_test(loading, the_whole_file_is_loaded);
	tcase_add_test(loading, short_and_interrupted_reads_are_continued);
	tcase_add_test(loading, an_empty_file_is_loaded);
	tcase_add_test(loading, the_limit_is_exact);
	tcase_add_test(loading, a_negative_size_is_too_large);
	tcase_add_test(loading, a_refused_file_is_not_read);
	tcase_add_test(loading, only_a_regular_file_is_loaded);
	tcase_add_test(loading, whatever_the_first_read_fails_with_is_a_refusal);
	tcase_add_test(loading, an_error_in_the_middle_is_a_refusal_and_wipes_what_was_read);
	tcase_add_test(loading, an_error_that_goes_away_is_a_refusal);
	tcase_add_test(loading, an_error_of_the_read_beyond_the_end_is_a_refusal);
	tcase_add_test(loading, a_file_that_changes_meanwhile_is_refused);
	tcase_add_test(loading, a_change_after_the_last_read_is_seen);
	tcase_add_test(loading, a_file_on_an_overlay_is_judged_again_after_it_was_read);
	tcase_add_test(loading, a_file_elsewhere_is_judged_once);
	tcase_add_test(loading, a_file_system_that_cannot_be_told_counts_as_an_overlay);
	tcase_add_test(loading,
		       a_descriptor_lost_before_the_second_verdict_is_an_error_without_content);
	tcase_add_test(loading, a_missing_pointer_is_the_callers_error);
	tcase_add_test(loading, a_descriptor_that_cannot_be_read_is_the_callers_error);
	return run_case(loading, "load");
}
