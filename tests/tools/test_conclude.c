/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What "ipectl why" concludes from facts, which here are made up. */
#include <errno.h>
#include <libmount.h>
#include <string.h>

#include "tap.h"
#include "why.h"

static struct why why;

static void set_up(void)
{
	why = (struct why){
		.path = "/x",
		.check = { .verdict = IPE_DENY, .reason = IPE_REASON_POLICY },
		.found = true,
		.st.st_mode = S_IFREG | 0755,
		.mmap_answer = -EACCES,
		.exec_answer = IPE_PASSED,
		.restrictions.exec_check_known = true,
		.overlay.real_fd = -1,
		.fsverity = { .error = -ENODATA, .signature_error = -ENODATA },
	};
}

static void clear(struct list *list)
{
	while (list->count > 0)
		free(list->item[--list->count]);
}

static void tear_down(void)
{
	clear(&why.refused_by);
	clear(&why.rules);
	clear(&why.remedies);
}

static void conclude(void)
{
	tear_down();
	conclude_why(&why);
}

static void set_verity(uint8_t byte, size_t size, int signature_error)
{
	why.fsverity = (struct fsverity_facts){
		.algorithm = size == 64 ? "sha512" : "sha256",
		.digest_size = size,
		.signature_error = signature_error,
	};
	memset(why.fsverity.digest, byte, size);
}

static void set_dm(enum dm_kind kind, bool signature)
{
	static char algorithm[] = "sha256";
	static char root_hash[] = "00ff";

	why.dm = (struct dm_facts){ .kind = kind };
	if (kind != DM_VERITY)
		return;
	why.dm.algorithm = algorithm;
	why.dm.root_hash = root_hash;
	why.dm.signature = signature;
}

static bool advises(const char *part)
{
	for (size_t i = 0; i < why.remedies.count; i++)
		if (strstr(why.remedies.item[i], part))
			return true;
	return false;
}

START_TEST(a_file_without_a_property_matches_no_rule_and_is_to_get_one)
{
	conclude();
	ck_assert_uint_eq(why.rules.count, 0);
	ck_assert(advises(ipe_reason_advice(IPE_REASON_POLICY)));
	ck_assert(advises("no immutable property"));
	ck_assert(!advises("one of the rules shown"));
	set_dm(DM_OTHER, false);
	conclude();
	ck_assert_uint_eq(why.rules.count, 0);
	ck_assert(advises("no immutable property"));
}
END_TEST

START_TEST(a_property_that_cannot_be_told_is_not_denied)
{
	set_dm(DM_UNTOLD, false);
	conclude();
	ck_assert_uint_eq(why.rules.count, 0);
	ck_assert(!advises("no immutable property"));
}
END_TEST

START_TEST(a_verity_volume_matches_by_root_hash_and_only_if_signed_by_signature)
{
	set_dm(DM_VERITY, false);
	conclude();
	ck_assert_uint_eq(why.rules.count, 1);
	ck_assert_str_eq(why.rules.item[0],
			 "op=EXECUTE dmverity_roothash=sha256:00ff action=ALLOW");
	ck_assert(advises("one of the rules shown"));
	ck_assert(!advises("no immutable property"));
	set_dm(DM_VERITY, true);
	conclude();
	ck_assert_uint_eq(why.rules.count, 2);
	ck_assert_str_eq(why.rules.item[1], "op=EXECUTE dmverity_signature=TRUE action=ALLOW");
}
END_TEST

START_TEST(a_verity_file_matches_by_digest_and_only_if_signed_by_signature)
{
	set_verity(0xa0, 32, -ENODATA);
	conclude();
	ck_assert_uint_eq(why.rules.count, 1);
	ck_assert_str_eq(why.rules.item[0],
			 "op=EXECUTE fsverity_digest=sha256:"
			 "a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0 "
			 "action=ALLOW");
	set_verity(0x0b, 64, 0);
	conclude();
	ck_assert_uint_eq(why.rules.count, 2);
	ck_assert_ptr_nonnull(strstr(why.rules.item[0], "=sha512:0b0b0b0b"));
	ck_assert_str_eq(why.rules.item[1], "op=EXECUTE fsverity_signature=TRUE action=ALLOW");
	why.fsverity.algorithm = NULL;
	conclude();
	ck_assert_uint_eq(why.rules.count, 0);
}
END_TEST

START_TEST(only_the_initramfs_matches_as_boot_verified)
{
	struct libmnt_fs *fs = mnt_new_fs();

	ck_assert_ptr_nonnull(fs);
	why.mount.fs = fs;
	mnt_fs_set_fstype(fs, "tmpfs");
	conclude();
	ck_assert_uint_eq(why.rules.count, 0);
	mnt_fs_set_fstype(fs, "rootfs");
	conclude();
	ck_assert_uint_eq(why.rules.count, 1);
	ck_assert_str_eq(why.rules.item[0], "op=EXECUTE boot_verified=TRUE action=ALLOW");
	mnt_unref_fs(fs);
}
END_TEST

START_TEST(a_copied_up_file_is_to_go_into_the_volume_below)
{
	conclude();
	ck_assert(!advises("upper directory"));
	why.overlay.layer = OVERLAY_UPPER;
	conclude();
	ck_assert(advises("upper directory"));
}
END_TEST

START_TEST(what_a_permissive_policy_lets_pass_may_be_refused_later)
{
	why.permissive = true;
	conclude();
	ck_assert(!advises("IPE is permissive"));
	why.check = (struct ipe_check){ .verdict = IPE_ALLOW, .reason = IPE_REASON_ALLOWED };
	why.mmap_answer = IPE_PASSED;
	conclude();
	ck_assert_uint_eq(why.remedies.count, 1);
	ck_assert(advises("IPE is permissive"));
	why.permissive = false;
	conclude();
	ck_assert_uint_eq(why.remedies.count, 0);
}
END_TEST

START_TEST(every_refusal_that_counts_is_named)
{
	why.mount.noexec = true;
	why.exec_answer = -EACCES;
	conclude();
	ck_assert_uint_eq(why.refused_by.count, 2);
	ck_assert_str_eq(why.refused_by.item[0], "mmap-probe");
	ck_assert_str_eq(why.refused_by.item[1], "noexec-mount");
	why.restrictions.restrict_file = true;
	conclude();
	ck_assert_uint_eq(why.refused_by.count, 3);
	ck_assert_str_eq(why.refused_by.item[2], "exec-probe");
}
END_TEST

START_TEST(a_kernel_that_does_not_know_the_exec_check_refuses_nothing_by_it)
{
	static const int unknown[] = { -EINVAL, -ENOSYS };

	why.mmap_answer = IPE_PASSED;
	why.restrictions.restrict_file = true;
	for (size_t i = 0; i < 2; i++) {
		why.exec_answer = unknown[i];
		why.restrictions.exec_check_known = false;
		conclude();
		ck_assert_uint_eq(why.refused_by.count, 0);
		why.restrictions.exec_check_known = true;
		conclude();
		ck_assert_uint_eq(why.refused_by.count, 1);
	}
	why.restrictions.exec_check_known = false;
	why.exec_answer = -EACCES;
	conclude();
	ck_assert_uint_eq(why.refused_by.count, 1);
	why.exec_answer = IPE_PASSED;
	conclude();
	ck_assert_uint_eq(why.refused_by.count, 0);
}
END_TEST

int main(void)
{
	TCase *conclusions = tcase_create("conclusions");

	tcase_add_checked_fixture(conclusions, set_up, tear_down);
	tcase_add_test(conclusions, a_file_without_a_property_matches_no_rule_and_is_to_get_one);
	tcase_add_test(conclusions, a_property_that_cannot_be_told_is_not_denied);
	tcase_add_test(conclusions,
		       a_verity_volume_matches_by_root_hash_and_only_if_signed_by_signature);
	tcase_add_test(conclusions,
		       a_verity_file_matches_by_digest_and_only_if_signed_by_signature);
	tcase_add_test(conclusions, only_the_initramfs_matches_as_boot_verified);
	tcase_add_test(conclusions, a_copied_up_file_is_to_go_into_the_volume_below);
	tcase_add_test(conclusions, what_a_permissive_policy_lets_pass_may_be_refused_later);
	tcase_add_test(conclusions, every_refusal_that_counts_is_named);
	tcase_add_test(conclusions,
		       a_kernel_that_does_not_know_the_exec_check_refuses_nothing_by_it);
	return run_case(conclusions, "conclusions");
}
