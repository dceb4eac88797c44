/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What /etc/ipe-enlighten.conf says, and what is made of one that says nothing sensible. */
#include <fcntl.h>
#include <string.h>

#include "unit.h"

#define BAD (-1)
/* The text of a case has a length of its own: it may hold NUL bytes. */
#define TEXT(literal) literal, sizeof(literal) - 1

struct configuration_case {
	const char *text;
	size_t len;
	int setting;
};

static const struct configuration_case cases[] = {
	{ TEXT("inline=securebits\n"), IPE_INLINE_SECUREBITS },
	{ TEXT("inline=anonymous\n"), IPE_INLINE_ANONYMOUS },
	{ TEXT("inline=deny\n"), IPE_INLINE_DENY },
	{ TEXT("inline=anonymous"), IPE_INLINE_ANONYMOUS },
	{ TEXT(" \t inline\t = \tanonymous \t\n"), IPE_INLINE_ANONYMOUS },
	{ TEXT("\n\n  \n\t\ninline=anonymous\n\n \t"), IPE_INLINE_ANONYMOUS },
	{ TEXT("# comment\ninline=anonymous # comment = deny\n#"), IPE_INLINE_ANONYMOUS },
	{ TEXT("inline=anonymous#deny\n"), IPE_INLINE_ANONYMOUS },
	{ TEXT("  # inline=deny\ninline=anonymous\n"), IPE_INLINE_ANONYMOUS },
	{ TEXT("#\0\r\xff\ninline=anonymous\n"), IPE_INLINE_ANONYMOUS },
	{ TEXT(""), IPE_INLINE_SECUREBITS },
	{ TEXT("\n"), IPE_INLINE_SECUREBITS },
	{ TEXT(" \t\n#inline=deny\n"), IPE_INLINE_SECUREBITS },
	{ TEXT("#"), IPE_INLINE_SECUREBITS },
	{ TEXT("inline"), BAD },
	{ TEXT("inline\n"), BAD },
	{ TEXT("inline="), BAD },
	{ TEXT("inline= \n"), BAD },
	{ TEXT("=deny\n"), BAD },
	{ TEXT("=\n"), BAD },
	{ TEXT("inline#=anonymous\n"), BAD },
	{ TEXT("inline=#anonymous\n"), BAD },
	{ TEXT("inline==anonymous\n"), BAD },
	{ TEXT("inline=anonymous=deny\n"), BAD },
	{ TEXT("inline=anonymous deny\n"), BAD },
	{ TEXT("inline=anonymous,deny\n"), BAD },
	{ TEXT("inline anonymous\n"), BAD },
	{ TEXT("in line=anonymous\n"), BAD },
	{ TEXT("inline=anonymou\n"), BAD },
	{ TEXT("inline=anonymouss\n"), BAD },
	{ TEXT("inline=securebitz\n"), BAD },
	{ TEXT("inline=den\n"), BAD },
	{ TEXT("inline=Securebits\n"), BAD },
	{ TEXT("INLINE=securebits\n"), BAD },
	{ TEXT("inlin=securebits\n"), BAD },
	{ TEXT("inlines=securebits\n"), BAD },
	{ TEXT("inline=\"securebits\"\n"), BAD },
	{ TEXT("inline=securebits;\n"), BAD },
	{ TEXT("inline=securebits\r\n"), BAD },
	{ TEXT("\r\n"), BAD },
	{ TEXT("inline=securebits\v\n"), BAD },
	{ TEXT("inline=securebits\f\n"), BAD },
	{ TEXT("\xef\xbb\xbfinline=securebits\n"), BAD },
	{ TEXT("inline=securebits\0"), BAD },
	{ TEXT("inline=securebits\0\n"), BAD },
	{ TEXT("\0inline=securebits\n"), BAD },
	{ TEXT("inline\0=securebits\n"), BAD },
	{ TEXT("\0"), BAD },
	{ TEXT("inline=securebits\n\0"), BAD },
	{ TEXT("inline=securebits\ninline=securebits\n"), BAD },
	{ TEXT("inline=deny\ninline=securebits\n"), BAD },
	{ TEXT("inline=securebits\nother=1\n"), BAD },
	{ TEXT("other=securebits\n"), BAD },
	{ TEXT("inline=securebits\nrubbish\n"), BAD },
	{ TEXT("rubbish\ninline=securebits\n"), BAD },
	{ TEXT("[section]\ninline=securebits\n"), BAD },
	{ TEXT("inline=\\\nsecurebits\n"), BAD },
	{ TEXT("inline=\nsecurebits\n"), BAD },
	{ TEXT("judge=/a\n"), IPE_INLINE_SECUREBITS },
	{ TEXT("judge=/a\ninline=deny\njudge=/b/\n"), IPE_INLINE_DENY },
	{ TEXT("judge\n"), BAD },
	{ TEXT("judge=\n"), BAD },
	{ TEXT("judge=relative\n"), BAD },
	{ TEXT("judge=~/file\n"), BAD },
	{ TEXT("judge=/a\0b\n"), BAD },
	{ TEXT("judge=/a\x1b[m\n"), BAD },
	{ TEXT("judge=/a\x7f\n"), BAD },
	{ TEXT("judge=//a\n"), BAD },
	{ TEXT("judge=/a//\n"), BAD },
	{ TEXT("judge=/a/./b\n"), BAD },
	{ TEXT("judge=/a/..\n"), BAD },
	{ TEXT("judge=/.a/..b/c../\n"), IPE_INLINE_SECUREBITS },
	{ TEXT("judge=/\n"), IPE_INLINE_SECUREBITS },
	{ TEXT("judges=/a\n"), BAD },
	{ TEXT("eval=inline\n"), IPE_INLINE_SECUREBITS },
	{ TEXT("inline=deny\neval=inline\n"), IPE_INLINE_DENY },
	{ TEXT("eval\n"), BAD },
	{ TEXT("eval=\n"), BAD },
	{ TEXT("eval=deny\n"), BAD },
	{ TEXT("eval=securebits\n"), BAD },
	{ TEXT("eval=inline inline\n"), BAD },
	{ TEXT("eval=Inline\n"), BAD },
	{ TEXT("evals=inline\n"), BAD },
	{ TEXT("eval=inline\neval=inline\n"), BAD },
};

static struct ipe_check check;

static void configure(const char *text, size_t len)
{
	fake.config.open = 0;
	fake.config.data = text;
	fake.config.len = len;
}

static enum ipe_inline stricter(int setting)
{
	return setting > IPE_BUILD_INLINE ? (enum ipe_inline)setting : IPE_BUILD_INLINE;
}

static enum ipe_reason expected_reason(int setting)
{
	if (IPE_ALWAYS_RESTRICT)
		return IPE_REASON_INTERACTIVE;
	if (setting == BAD)
		return IPE_REASON_BAD_CONFIGURATION;
	if (stricter(setting) == IPE_INLINE_DENY)
		return IPE_REASON_INLINE;
	return stricter(setting) == IPE_INLINE_ANONYMOUS ? IPE_REASON_ANONYMOUS
							 : IPE_REASON_ALLOWED;
}

/* Anonymous executable memory is refused, so that the three settings differ. */
static void expect(int setting, const char *what)
{
	struct ipe_restrictions all;

	fake.map_anonymous = -EACCES;
	check = stale;
	ck_assert_int_eq(ipe_check_inline(&check), 0);
	ck_assert_msg(check.reason == expected_reason(setting), "%s: reason %s, wanted %s", what,
		      ipe_reason_name(check.reason), ipe_reason_name(expected_reason(setting)));
	ck_assert_int_eq(check.verdict, check.reason == IPE_REASON_ALLOWED);
	ipe_query_restrictions(&all);
	ck_assert_msg(all.bad_configuration == (setting == BAD), "%s", what);
	ck_assert_msg(all.inline_setting == (setting == BAD ? IPE_INLINE_DENY : stricter(setting)),
		      "%s: setting %d", what, all.inline_setting);
}

START_TEST(the_file_means_what_the_table_says)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		configure(cases[i].text, cases[i].len);
		expect(cases[i].setting, cases[i].text);
	}
}
END_TEST

START_TEST(an_absent_file_means_the_builds_setting)
{
	expect(IPE_BUILD_INLINE, "absent");
}
END_TEST

START_TEST(a_file_that_cannot_be_opened_denies)
{
	FOR_EACH_ERRNO(error)
	{
		fake.config.open = -error;
		expect(error == ENOENT ? (int)IPE_BUILD_INLINE : BAD, strerror(error));
	}
}
END_TEST

START_TEST(a_file_that_the_policy_refuses_denies)
{
	configure(TEXT("inline=securebits\n"));
	FOR_EACH_ERRNO(error)
	{
		fake.config.map = -error;
		expect(BAD, strerror(error));
	}
}
END_TEST

START_TEST(a_file_that_cannot_be_judged_denies)
{
	configure(TEXT("inline=securebits\n"));
	FOR_EACH_ERRNO(error)
	{
		fake.config.fstat = -error;
		expect(BAD, strerror(error));
	}
}
END_TEST

START_TEST(a_file_that_cannot_be_read_denies)
{
	configure(TEXT("inline=securebits\n"));
	FOR_EACH_ERRNO(error)
	{
		if (error == EINTR)
			continue;
		fake.config.read = -error;
		expect(BAD, strerror(error));
	}
}
END_TEST

START_TEST(the_file_is_no_code_and_needs_no_execute_permission)
{
	configure(TEXT("inline=securebits\n"));
	fake.config.mode = S_IFREG | 0644;
	fake.config.exec = -EACCES;
	fake.securebits = RESTRICT_FILE;
	expect(IPE_INLINE_SECUREBITS, "not executable");
	ck_assert_uint_eq(fake_record.exec_checks, 0);
}
END_TEST

START_TEST(anything_but_a_regular_file_denies)
{
	static const mode_t types[] = { S_IFDIR, S_IFIFO, S_IFCHR, S_IFBLK, S_IFSOCK, 0 };

	configure(TEXT("inline=securebits\n"));
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		fake.config.mode = types[i] | 0755;
		expect(BAD, "type");
	}
}
END_TEST

START_TEST(a_file_of_4096_bytes_is_read_and_a_longer_one_denies)
{
	char text[4097];

	memset(text, ' ', sizeof(text));
	memcpy(text + 4096 - strlen("inline=anonymous"), "inline=anonymous",
	       strlen("inline=anonymous"));
	configure(text, 4096);
	expect(IPE_INLINE_ANONYMOUS, "4096 bytes");
	configure(text, 4097);
	expect(BAD, "4097 bytes");
}
END_TEST

static char judged[IPE_JUDGED_MAX];

START_TEST(the_files_to_judge_are_listed_as_they_stand)
{
	static const char expected[] = "/etc/a b\0/etc/c/";
	size_t len = 99;

	configure(TEXT(" judge = /etc/a b # comment\ninline=deny\njudge=/etc/c/"));
	ck_assert_int_eq(ipe_list_judged(judged, sizeof(judged), &len, &check), 0);
	assert_verdict(check, IPE_ALLOW, IPE_REASON_ALLOWED);
	ck_assert_uint_eq(len, sizeof(expected));
	ck_assert_int_eq(memcmp(judged, expected, len), 0);
	configure(TEXT("inline=deny"));
	ck_assert_int_eq(ipe_list_judged(judged, sizeof(judged), &len, &check), 0);
	ck_assert_uint_eq(len, 0);
}
END_TEST

START_TEST(the_longest_file_of_short_paths_has_room)
{
	char text[4096];
	size_t len;

	for (size_t i = 0; i < sizeof(text); i += 8)
		memcpy(&text[i], "judge=/\n", 8);
	configure(text, sizeof(text));
	ck_assert_int_eq(ipe_list_judged(judged, sizeof(judged), &len, &check), 0);
	ck_assert_uint_eq(len, sizeof(text) / 8 * 2);
}
END_TEST

START_TEST(nothing_is_listed_if_the_configuration_is_bad)
{
	size_t len = 99;

	configure(TEXT("judge=/a\nrubbish\n"));
	check = stale;
	ck_assert_int_eq(ipe_list_judged(judged, sizeof(judged), &len, &check), 0);
	assert_verdict(check, IPE_DENY, IPE_REASON_BAD_CONFIGURATION);
	ck_assert_uint_eq(len, 0);
}
END_TEST

START_TEST(too_little_room_for_the_list_is_the_callers_error)
{
	size_t len;

	ck_assert_int_eq(ipe_list_judged(judged, IPE_JUDGED_MAX - 1, &len, &check), -EINVAL);
	ck_assert_int_eq(ipe_list_judged(NULL, sizeof(judged), &len, &check), -EINVAL);
	ck_assert_int_eq(ipe_list_judged(judged, sizeof(judged), NULL, &check), -EINVAL);
	ck_assert_int_eq(ipe_list_judged(judged, sizeof(judged), &len, NULL), -EINVAL);
}
END_TEST

static bool is_inline(void)
{
	struct ipe_restrictions all;

	ipe_query_restrictions(&all);
	ck_assert_int_eq(all.eval_is_inline, ipe_eval_is_inline());
	return all.eval_is_inline;
}

START_TEST(eval_is_inline_if_the_file_says_so_or_is_bad)
{
	ck_assert(!is_inline());
	configure(TEXT("inline=deny\njudge=/a\n"));
	ck_assert(!is_inline());
	configure(TEXT("judge=/a\n eval = inline # always\n"));
	ck_assert(is_inline());
	configure(TEXT("rubbish\n"));
	ck_assert(is_inline());
	configure(TEXT(""));
	fake.config.map = -EACCES;
	ck_assert(is_inline());
	fake.config.open = -EACCES;
	ck_assert(is_inline());
	fake.config.open = -ENOENT;
	ck_assert(!is_inline());
}
END_TEST

START_TEST(unknown_is_data_only_if_a_good_file_says_so)
{
	ck_assert(!ipe_unknown_is_data());
	configure(TEXT("unknown = data\n"));
	ck_assert(ipe_unknown_is_data());
	configure(TEXT("unknown = code # as without\n"));
	ck_assert(!ipe_unknown_is_data());
	configure(TEXT("unknown = data\nunknown = code\n"));
	expect(BAD, "twice");
	configure(TEXT("unknown = dat\n"));
	expect(BAD, "another word");
	configure(TEXT("unknown = data\nrubbish\n"));
	ck_assert(!ipe_unknown_is_data());
	configure(TEXT("unknown = data\n"));
	fake.config.map = -EACCES;
	ck_assert(!ipe_unknown_is_data());
}
END_TEST

START_TEST(the_file_is_opened_without_blocking_and_closed_again)
{
	fake.config.mode = S_IFIFO | 0666;
	configure(TEXT(""));
	expect(BAD, "FIFO");
	ck_assert_int_eq(fake_record.open_flags, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	fake.close = -EIO;
	fake.open_gets_zero = true;
	configure(TEXT("inline=anonymous"));
	fake.config.mode = S_IFREG | 0755;
	expect(IPE_INLINE_ANONYMOUS, "close fails");
}
END_TEST

int main(void)
{
	TCase *configuration = new_case("configuration");

	tcase_add_test(configuration, the_file_means_what_the_table_says);
	tcase_add_test(configuration, an_absent_file_means_the_builds_setting);
	tcase_add_test(configuration, a_file_that_cannot_be_opened_denies);
	tcase_add_test(configuration, a_file_that_the_policy_refuses_denies);
	tcase_add_test(configuration, a_file_that_cannot_be_judged_denies);
	tcase_add_test(configuration, a_file_that_cannot_be_read_denies);
	tcase_add_test(configuration, the_file_is_no_code_and_needs_no_execute_permission);
	tcase_add_test(configuration, anything_but_a_regular_file_denies);
	tcase_add_test(configuration, a_file_of_4096_bytes_is_read_and_a_longer_one_denies);
	tcase_add_test(configuration, the_files_to_judge_are_listed_as_they_stand);
	tcase_add_test(configuration, the_longest_file_of_short_paths_has_room);
	tcase_add_test(configuration, nothing_is_listed_if_the_configuration_is_bad);
	tcase_add_test(configuration, too_little_room_for_the_list_is_the_callers_error);
	tcase_add_test(configuration, unknown_is_data_only_if_a_good_file_says_so);
	tcase_add_test(configuration, eval_is_inline_if_the_file_says_so_or_is_bad);
	tcase_add_test(configuration, the_file_is_opened_without_blocking_and_closed_again);
	return run_case(configuration, "configuration");
}
