/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What ipectl makes of facts that only some kernels and devices have. */
#include <errno.h>
#include <linux/fsverity.h>
#include <stdarg.h>
#include <string.h>

#include "facts.h"
#include "status.h"
#include "tap.h"

/* The kernel's answers to both ioctls: an errno, or a digest of @digest_size times @algorithm. */
static struct {
	int measure_error;
	int signature_error;
	int signature_size;
	uint16_t algorithm;
	uint16_t digest_size;
} kernel;

int __wrap_ioctl(int fd, unsigned long request, ...);

static int failing(int error)
{
	errno = error;
	return -1;
}

static int measure(struct fsverity_digest *digest)
{
	if (kernel.measure_error)
		return failing(kernel.measure_error);
	if (digest->digest_size < kernel.digest_size)
		return failing(EOVERFLOW);
	digest->digest_algorithm = kernel.algorithm;
	digest->digest_size = kernel.digest_size;
	memset(digest->digest, 0xab, kernel.digest_size);
	return 0;
}

int __wrap_ioctl(int fd, unsigned long request, ...)
{
	struct fsverity_read_metadata_arg *metadata;
	va_list arguments;
	void *argument;

	ck_assert_int_eq(fd, 42);
	va_start(arguments, request);
	argument = va_arg(arguments, void *);
	va_end(arguments);
	if (request == FS_IOC_MEASURE_VERITY)
		return measure(argument);
	ck_assert_uint_eq(request, FS_IOC_READ_VERITY_METADATA);
	metadata = argument;
	ck_assert_uint_eq(metadata->metadata_type, FS_VERITY_METADATA_TYPE_SIGNATURE);
	return kernel.signature_error ? failing(kernel.signature_error) : kernel.signature_size;
}

static struct fsverity_facts measured(void)
{
	struct fsverity_facts facts;

	collect_fsverity(42, &facts);
	return facts;
}

START_TEST(a_file_without_fs_verity_has_no_digest)
{
	static const int errors[] = { ENODATA, ENOTTY, EOPNOTSUPP, EOVERFLOW };

	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		kernel.measure_error = errors[i];
		ck_assert_int_eq(measured().error, -errors[i]);
		ck_assert_int_eq((int)measured().digest_size, 0);
		ck_assert_int_eq(measured().signature_error, -ENODATA);
	}
}
END_TEST

START_TEST(a_digest_has_its_algorithm_and_all_its_bytes)
{
	struct fsverity_facts facts;

	kernel.algorithm = FS_VERITY_HASH_ALG_SHA512;
	kernel.digest_size = 64;
	facts = measured();
	ck_assert_int_eq(facts.error, 0);
	ck_assert_str_eq(facts.algorithm, "sha512");
	ck_assert_uint_eq(facts.digest_size, 64);
	for (size_t i = 0; i < 64; i++)
		ck_assert_uint_eq(facts.digest[i], 0xab);
	kernel.algorithm = FS_VERITY_HASH_ALG_SHA256;
	kernel.digest_size = 32;
	facts = measured();
	ck_assert_str_eq(facts.algorithm, "sha256");
	ck_assert_uint_eq(facts.digest_size, 32);
}
END_TEST

START_TEST(an_unknown_digest_algorithm_has_no_name)
{
	kernel.algorithm = 3;
	kernel.digest_size = 32;
	ck_assert_ptr_null(measured().algorithm);
	ck_assert_int_eq(measured().error, 0);
}
END_TEST

START_TEST(a_built_in_signature_is_present_absent_or_not_told)
{
	kernel.algorithm = FS_VERITY_HASH_ALG_SHA256;
	kernel.digest_size = 32;
	kernel.signature_size = 1;
	ck_assert_int_eq(measured().signature_error, 0);
	kernel.signature_size = 0;
	ck_assert_int_eq(measured().signature_error, -ENODATA);
	kernel.signature_error = ENODATA;
	ck_assert_int_eq(measured().signature_error, -ENODATA);
	kernel.signature_error = ENOTTY;
	ck_assert_int_eq(measured().signature_error, -ENOTTY);
}
END_TEST

START_TEST(a_verity_table_yields_algorithm_root_hash_and_signature)
{
	static const char signed_table[] = "1 253:1 253:2 4096 4096 100 1 sha256 00ff12 salt 3 "
					   "panic_on_corruption root_hash_sig_key_desc key:1";
	struct dm_facts facts = { 0 };

	ck_assert(parse_verity_table(signed_table, &facts));
	ck_assert_str_eq(facts.algorithm, "sha256");
	ck_assert_str_eq(facts.root_hash, "00ff12");
	ck_assert(facts.signature);
	free_dm(&facts);
	facts = (struct dm_facts){ 0 };
	ck_assert(parse_verity_table("1 7:0 7:1 4096 4096 100 1 sha512 aa -", &facts));
	ck_assert_str_eq(facts.algorithm, "sha512");
	ck_assert_str_eq(facts.root_hash, "aa");
	ck_assert(!facts.signature);
	free_dm(&facts);
}
END_TEST

START_TEST(a_salt_that_looks_like_the_signature_option_is_none)
{
	struct dm_facts facts = { 0 };

	ck_assert(parse_verity_table("1 7:0 7:1 4096 4096 100 1 sha256 aa root_hash_sig_key_desc",
				     &facts));
	ck_assert(!facts.signature);
	free_dm(&facts);
}
END_TEST

START_TEST(a_verity_table_that_ends_early_is_malformed)
{
	static const char *const tables[] = {
		"",
		"1 7:0 7:1 4096 4096 100 1",
		"1 7:0 7:1 4096 4096 100 1 sha256",
		"1 7:0 7:1 4096 4096 100 1 sha256 aa",
	};

	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		struct dm_facts facts = { 0 };

		ck_assert(!parse_verity_table(tables[i], &facts));
		free_dm(&facts);
	}
}
END_TEST

START_TEST(a_list_of_layers_is_cut_at_unescaped_colons)
{
	static const char *const wanted[] = { "/a", "/b:c", "/d\\", "/data" };
	const char *list = "/a:/b\\:c:/d\\\\::/data";
	char *layer;

	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		ck_assert(next_layer(&list, &layer));
		ck_assert_str_eq(layer, wanted[i]);
		free(layer);
	}
	ck_assert(!next_layer(&list, &layer));
}
END_TEST

START_TEST(a_module_is_found_by_its_whole_name)
{
	ck_assert(has_module("ipe", "ipe"));
	ck_assert(has_module("bpf,ipe,yama", "ipe"));
	ck_assert(!has_module("xipe,ipex,i,ip", "ipe"));
	ck_assert(!has_module("", "ipe"));
	ck_assert(!has_module(NULL, "ipe"));
}
END_TEST

static enum sight ipe_sight(const char *release, bool exec_check_known)
{
	struct ipe_facts ipe = { .present = YES };
	struct engine_facts engines[ENGINE_COUNT];

	collect_engines(release, &ipe, exec_check_known, engines);
	ck_assert_str_eq(engines[0].name, "ipe");
	return engines[0].exec_probe;
}

START_TEST(ipe_sees_the_exec_check_from_linux_6_19)
{
	ck_assert_int_eq(ipe_sight("6.12.95+deb13-amd64", false), SIGHT_NO_PROBE);
	ck_assert_int_eq(ipe_sight("6.14.0", true), SIGHT_NO);
	ck_assert_int_eq(ipe_sight("6.18.44", true), SIGHT_NO);
	ck_assert_int_eq(ipe_sight("6.19.0-rc1", true), SIGHT_YES);
	ck_assert_int_eq(ipe_sight("6.100.1", true), SIGHT_YES);
	ck_assert_int_eq(ipe_sight("7.0", true), SIGHT_YES);
	ck_assert_int_eq(ipe_sight("10.2.1", true), SIGHT_YES);
	ck_assert_int_eq(ipe_sight("unknown", true), SIGHT_NO);
}
END_TEST

int main(void)
{
	TCase *facts = tcase_create("facts");

	tcase_add_test(facts, a_file_without_fs_verity_has_no_digest);
	tcase_add_test(facts, a_digest_has_its_algorithm_and_all_its_bytes);
	tcase_add_test(facts, an_unknown_digest_algorithm_has_no_name);
	tcase_add_test(facts, a_built_in_signature_is_present_absent_or_not_told);
	tcase_add_test(facts, a_verity_table_yields_algorithm_root_hash_and_signature);
	tcase_add_test(facts, a_salt_that_looks_like_the_signature_option_is_none);
	tcase_add_test(facts, a_verity_table_that_ends_early_is_malformed);
	tcase_add_test(facts, a_list_of_layers_is_cut_at_unescaped_colons);
	tcase_add_test(facts, a_module_is_found_by_its_whole_name);
	tcase_add_test(facts, ipe_sees_the_exec_check_from_linux_6_19);
	return run_case(facts, "facts");
}
