// SPDX-License-Identifier: LGPL-2.1-or-later
/* What tables cannot say. */
#include <stdio.h>

#include "internal.h"
#include "siphash.h"
#include "suite.h"

static const char text[] = "policy_name=a/b policy_version=1.2.65535\n"
			   "DEFAULT op=POLICY action=ALLOW\n"
			   "DEFAULT action=DENY\n"
			   "op=KMODULE fsverity_signature=TRUE boot_verified=FALSE action=ALLOW\n"
			   "op=EXECUTE fsverity_digest=sha1:AB dmverity_roothash=x: action=DENY\n";

static struct ipe_span span(const char *string)
{
	return (struct ipe_span){ string, strlen(string) };
}

START_TEST(a_policy_has_name_and_version)
{
	struct ipe_policy *policy = parse_good(text, sizeof(text) - 1);
	struct ipe_span name = ipe_policy_get_name(policy);

	ck_assert_uint_eq(name.len, 3);
	ck_assert_mem_eq(name.at, "a/b", 3);
	ck_assert(ipe_policy_get_version(policy) == (1ULL << 32 | 2U << 16 | 65535));
	ipe_policy_free(policy);
}
END_TEST

START_TEST(versions_compare_as_numbers)
{
	static const char *const versions[] = { "0.0.0",     "0.0.1", "0.0.65535", "0.1.0",
						"0.65535.0", "1.0.0", "1.2.0",	   "65535.0.0" };
	uint64_t last = 0;
	size_t i;

	for (i = 0; i < sizeof(versions) / sizeof(versions[0]); i++) {
		struct ipe_policy *policy;
		char buf[128];
		int len = snprintf(buf, sizeof(buf),
				   "policy_name=p policy_version=%s\nDEFAULT action=DENY",
				   versions[i]);

		policy = parse_good(buf, (size_t)len);
		ck_assert(i == 0 || ipe_policy_get_version(policy) > last);
		last = ipe_policy_get_version(policy);
		ipe_policy_free(policy);
	}
}
END_TEST

START_TEST(rules_can_be_listed)
{
	struct ipe_policy *policy = parse_good(text, sizeof(text) - 1);
	enum ipe_digest_kind kind;
	struct ipe_digest digest;
	struct ipe_rule_view view;

	ck_assert_uint_eq(ipe_policy_get_rule_count(policy), 2);
	ck_assert(ipe_policy_get_rule(policy, 0, &view));
	ck_assert(view.line == 4 && view.op == IPE_OP_KMODULE);
	ck_assert(view.action == IPE_ACTION_ALLOW && !view.never);
	ck_assert_uint_eq(view.must_be_true, 1U << IPE_FLAG_FSVERITY_SIGNATURE);
	ck_assert_uint_eq(view.must_be_false, 1U << IPE_FLAG_BOOT_VERIFIED);
	ck_assert_uint_eq(view.digest_count, 0);
	ck_assert(!ipe_policy_get_rule_digest(policy, 0, 0, &kind, &digest));

	ck_assert(ipe_policy_get_rule(policy, 1, &view));
	ck_assert(view.line == 5 && view.digest_count == 2);
	ck_assert(ipe_policy_get_rule_digest(policy, 1, 0, &kind, &digest));
	ck_assert(kind == IPE_DIGEST_FSVERITY_DIGEST && digest.len == 1);
	ck_assert_uint_eq(digest.bytes[0], 0xab);
	ck_assert(ipe_span_equal(digest.algorithm, span("sha1")));
	ck_assert(ipe_policy_get_rule_digest(policy, 1, 1, &kind, &digest));
	ck_assert(kind == IPE_DIGEST_DMVERITY_ROOTHASH && digest.len == 0);
	ck_assert(ipe_span_equal(digest.algorithm, span("x")));

	ck_assert(!ipe_policy_get_rule_digest(policy, 1, 2, &kind, &digest));
	ck_assert(!ipe_policy_get_rule_digest(policy, 2, 0, &kind, &digest));
	ck_assert(!ipe_policy_get_rule(policy, 2, &view));
	ipe_policy_free(policy);
}
END_TEST

START_TEST(contradictory_rules_are_shown_as_such)
{
	static const char never[] =
		"policy_name=p policy_version=0.0.0\nDEFAULT action=DENY\n"
		"op=EXECUTE boot_verified=TRUE boot_verified=FALSE action=ALLOW\n"
		"op=EXECUTE fsverity_digest=a:00 fsverity_digest=b:00 action=ALLOW\n"
		"op=EXECUTE fsverity_digest=a:00 dmverity_roothash=a:00 action=ALLOW\n";
	struct ipe_policy *policy = parse_good(never, sizeof(never) - 1);
	struct ipe_rule_view view;

	ck_assert(ipe_policy_get_rule(policy, 0, &view) && view.never);
	ck_assert(ipe_policy_get_rule(policy, 1, &view) && view.never);
	ck_assert_uint_eq(view.digest_count, 2);
	ck_assert(ipe_policy_get_rule(policy, 2, &view) && !view.never);
	ipe_policy_free(policy);
}
END_TEST

START_TEST(defaults_can_be_listed)
{
	struct ipe_policy *policy = parse_good(text, sizeof(text) - 1);
	enum ipe_action action;
	uint32_t line;

	ck_assert(ipe_policy_get_default(policy, IPE_OP_POLICY, &action, &line));
	ck_assert(action == IPE_ACTION_ALLOW && line == 2);
	ck_assert(ipe_policy_get_default(policy, IPE_OP_ANY, &action, &line));
	ck_assert(action == IPE_ACTION_DENY && line == 3);
	ck_assert(!ipe_policy_get_default(policy, IPE_OP_EXECUTE, &action, &line));
	ck_assert(!ipe_policy_get_default(policy, IPE_OP_ANY + 1, &action, &line));
	ipe_policy_free(policy);
}
END_TEST

START_TEST(printing_stays_inside_its_buffer)
{
	struct ipe_policy *policy = parse_good(text, sizeof(text) - 1);
	size_t size, len = ipe_policy_print(policy, NULL, 0);
	char *full = malloc(len), *part = malloc(len + 1);

	ck_assert(full && part);
	ck_assert_uint_eq(ipe_policy_print(policy, full, len), len);
	for (size = 0; size <= len; size++) {
		memset(part, '!', len + 1);
		ck_assert_uint_eq(ipe_policy_print(policy, part, size), len);
		ck_assert(!memcmp(part, full, size) && part[size] == '!');
	}
	free(full);
	free(part);
	ipe_policy_free(policy);
}
END_TEST

START_TEST(a_text_above_the_limit_is_refused_unread)
{
	const struct ipe_parse_options options = { 0, { 0, 0 } };
	struct ipe_policy *policy = NULL;
	struct ipe_parse_error error;

	ck_assert_int_eq(ipe_policy_parse("", (size_t)IPE_TEXT_MAX + 1, &options, &policy, &error),
			 -EFBIG);
	ck_assert(error.reason == IPE_PARSE_TEXT_TOO_LONG && error.line == 1 && error.column == 1);
	ck_assert_ptr_null(policy);
}
END_TEST

START_TEST(anonymous_memory_has_no_other_property)
{
	struct ipe_facts facts = { 0 };

	ipe_facts_set_flag(&facts, IPE_FLAG_BOOT_VERIFIED, true);
	ipe_facts_set_anonymous(&facts);
	ck_assert_uint_eq(facts.known, (1U << IPE_FLAG_COUNT) - 1);
	ck_assert_uint_eq(facts.truth, 1U << IPE_FLAG_ANONYMOUS_MEMORY);
	ck_assert(facts.digest[IPE_DIGEST_FSVERITY_DIGEST].knowledge == IPE_ABSENT);
	ck_assert(facts.digest[IPE_DIGEST_DMVERITY_ROOTHASH].knowledge == IPE_ABSENT);

	ipe_facts_set_flag(&facts, IPE_FLAG_ANONYMOUS_MEMORY, false);
	ck_assert_uint_eq(facts.truth, 0);
}
END_TEST

START_TEST(zeroed_facts_and_decisions_deny)
{
	static const char allow[] = "policy_name=p policy_version=0.0.0\nDEFAULT action=ALLOW\n"
				    "op=EXECUTE fsverity_digest=sha256:00 action=DENY\n";
	struct ipe_policy *policy = parse_good(allow, sizeof(allow) - 1);
	struct ipe_decision nothing = { 0 };
	struct ipe_facts facts = { 0 };

	ck_assert(nothing.action == IPE_ACTION_DENY && !nothing.certain);
	ck_assert(ipe_policy_decide(policy, IPE_OP_EXECUTE, &facts).action == IPE_ACTION_DENY);
	ipe_policy_free(policy);
}
END_TEST

START_TEST(the_vocabulary_has_names)
{
	ck_assert_str_eq(ipe_op_name(IPE_OP_KEXEC_INITRAMFS), "KEXEC_INITRAMFS");
	ck_assert_ptr_null(ipe_op_name(IPE_OP_COUNT));
	ck_assert_str_eq(ipe_action_name(0), "DENY");
	ck_assert_ptr_null(ipe_action_name(IPE_ACTION_COUNT));
	ck_assert_str_eq(ipe_flag_name(IPE_FLAG_MEMFD_SEALED), "memfd_sealed");
	ck_assert_ptr_null(ipe_flag_name(IPE_FLAG_COUNT));
	ck_assert_str_eq(ipe_digest_kind_name(IPE_DIGEST_FSVERITY_DIGEST), "fsverity_digest");
	ck_assert_ptr_null(ipe_digest_kind_name(IPE_DIGEST_KIND_COUNT));
	ck_assert_uint_eq(ipe_hash_size(span("sha512")), 64);
	ck_assert_uint_eq(ipe_hash_size(span("sha256 ")), 0);
	ck_assert_uint_eq(ipe_hash_size(span("")), 0);
}
END_TEST

/*
 * From SipHash's reference implementation and from CPython 3.11, whose hash of bytes it is. The last
 * word of SipHash has the message's length in its top byte.
 */
START_TEST(siphash_is_siphash_1_3)
{
	const uint64_t key[2] = { 0x0706050403020100, 0x0f0e0d0c0b0a0908 };
	const uint64_t zero[2] = { 0, 0 };
	struct ipe_siphash hash;

	ipe_siphash_start(&hash, key);
	ck_assert(ipe_siphash_end(&hash, 0) == 0xabac0158050fc4dc);
	ipe_siphash_start(&hash, zero);
	ipe_siphash_word(&hash, 0x3837363534333231);
	ck_assert(ipe_siphash_end(&hash, 8ULL << 56) == 0x3489982430560a87);
	ipe_siphash_start(&hash, zero);
	ipe_siphash_word(&hash, 0x3837363534333231);
	ipe_siphash_word(&hash, 0x3837363534333231);
	ck_assert(ipe_siphash_end(&hash, 16ULL << 56) == 0x8c8a1dd8806e1f0e);
}
END_TEST

START_TEST(bytes_that_fill_no_word_are_filled_up_with_zeros)
{
	const uint64_t seed[2] = { 1, 2 };
	struct ipe_siphash some, all;

	ipe_siphash_start(&some, seed);
	ipe_siphash_bytes(&some, "123456789", 9);
	ipe_siphash_start(&all, seed);
	ipe_siphash_bytes(&all, "123456789\0\0\0\0\0\0\0", 16);
	ck_assert(ipe_siphash_end(&some, 9) == ipe_siphash_end(&all, 9));
}
END_TEST

START_TEST(another_seed_makes_another_index)
{
	const struct ipe_digest digest = { span("sha256"), (const uint8_t *)"12345678", 8 };
	struct ipe_policy one = { .seed = { 1, 2 } }, other = { .seed = { 1, 3 } };

	ck_assert(ipe_index_hash_digest(&one, &digest) != ipe_index_hash_digest(&other, &digest));
}
END_TEST

/* A key that finds a rule; a kind in "any" is unknown. All hashes are equal. */
static void make_key(const struct ipe_policy *policy, uint32_t rule, uint32_t any,
		     struct ipe_digest digests[IPE_DIGEST_KIND_COUNT], struct ipe_key *key)
{
	struct ipe_digest digest;
	enum ipe_digest_kind kind;
	uint32_t i;

	*key = (struct ipe_key){
		.shape = ipe_policy_rules(policy)[rule].shape & IPE_SHAPE_MASK,
		.any = any,
	};
	for (i = 0; ipe_policy_get_rule_digest(policy, rule, i, &kind, &digest); i++) {
		digests[kind] = digest;
		key->digest[kind] = &digests[kind];
	}
}

START_TEST(the_index_tells_equal_hashes_apart)
{
	static const char rules[] =
		"policy_name=p policy_version=0.0.0\nDEFAULT action=DENY\n"
		"op=EXECUTE fsverity_digest=a:00 action=ALLOW\n"
		"op=KMODULE fsverity_digest=a:00 action=ALLOW\n"
		"op=EXECUTE fsverity_digest=a:01 action=ALLOW\n"
		"op=EXECUTE fsverity_digest=a:00 dmverity_roothash=a:00 action=DENY\n"
		"op=EXECUTE fsverity_digest=a:01 dmverity_roothash=a:00 action=DENY\n"
		"op=EXECUTE fsverity_digest=a:01 dmverity_roothash=a:01 action=DENY\n";
	enum {
		dmverity = 1U << IPE_DIGEST_DMVERITY_ROOTHASH
	};
	/* Rules, what is unknown, and the rule that must be found. */
	static const uint32_t entries[][3] = {
		{ 0, 0, 0 }, { 1, 0, 1 }, { 2, 0, 2 },	      { 5, 0, 5 },
		{ 4, 0, 4 }, { 3, 0, 3 }, { 3, dmverity, 3 }, { 4, dmverity, 4 },
	};
	const unsigned int count = sizeof(entries) / sizeof(entries[0]);
	struct ipe_policy *policy = parse_good(rules, sizeof(rules) - 1);
	struct ipe_digest digests[IPE_DIGEST_KIND_COUNT];
	struct ipe_key key;
	unsigned int i;

	/* One slot is empty, and no bit of a hash fits into a slot. */
	ck_assert_uint_gt(policy->slot_count, count);
	memset(policy->slots, 0, policy->slot_count * sizeof(*policy->slots));
	policy->slot_count = count + 1;
	policy->number_bits = 30;
	for (i = 0; i < count; i++) {
		make_key(policy, entries[i][0], entries[i][1], digests, &key);
		ck_assert_uint_eq(ipe_index_find(policy, &key), IPE_NO_RULE);
		ipe_index_add(policy, &key, entries[i][0]);
	}
	/* What is there already stays. */
	make_key(policy, 5, dmverity, digests, &key);
	ipe_index_add(policy, &key, 5);
	for (i = 0; i < count; i++) {
		make_key(policy, entries[i][0], entries[i][1], digests, &key);
		ck_assert_uint_eq(ipe_index_find(policy, &key), entries[i][2]);
	}
	ipe_policy_free(policy);
}
END_TEST

#define MAGIC		"~Module signature appended~\n"
#define TRAILER(len)	"\0\0\2\0\0\0\0\0\0\0\0" len
#define SIGNED(t, s, l) TEXT(t s TRAILER(l) MAGIC)

static const struct {
	const char *bytes;
	size_t len;
	int result;
	const char *text;
	const char *signature;
} files[] = {
	{ SIGNED("policy\n", "sig", "\3"), 1, "policy\n", "sig" },
	{ SIGNED("", "sig", "\3"), 1, "", "sig" },
	{ SIGNED("policy\n", "sig", "\x0a"), 1, "", "policy\nsig" },
	{ SIGNED("policy\n", "sig", "\x0b"), -EBADMSG, NULL, NULL },
	{ SIGNED("policy\n", "sig", "\0"), -EBADMSG, NULL, NULL },
	{ TEXT("policy\nsig\0\0\2\0\0\0\0\0\xff\xff\xff\xff" MAGIC), -EBADMSG, NULL, NULL },
	{ TEXT("policy\nsig\0\0\2\0\0\0\0\0\1\0\0\3" MAGIC), -EBADMSG, NULL, NULL },
	{ TEXT("policy\nsig\0\0\1\0\0\0\0\0\0\0\0\3" MAGIC), -EBADMSG, NULL, NULL },
	{ TEXT("policy\nsig\1\0\2\0\0\0\0\0\0\0\0\3" MAGIC), -EBADMSG, NULL, NULL },
	{ TEXT("policy\nsig\0\0\2\0\0\0\0\1\0\0\0\3" MAGIC), -EBADMSG, NULL, NULL },
	{ TEXT("short" MAGIC), -EBADMSG, NULL, NULL },
	{ TEXT(MAGIC), -EBADMSG, NULL, NULL },
	{ TEXT("policy\n"), 0, NULL, NULL },
	{ TEXT(""), 0, NULL, NULL },
	{ TEXT("policysig" TRAILER("\3") MAGIC "\n"), 0, NULL, NULL },
};

START_TEST(an_appended_signature_is_split_off)
{
	struct ipe_span got_text = { NULL, 0 }, signature = { NULL, 0 };
	uint8_t *copy = malloc(files[_i].len ? files[_i].len : 1);

	ck_assert_ptr_nonnull(copy);
	memcpy(copy, files[_i].bytes, files[_i].len);
	ck_assert_int_eq(ipe_split_signed(copy, files[_i].len, &got_text, &signature),
			 files[_i].result);
	if (files[_i].result == 1) {
		ck_assert(ipe_span_equal(got_text, span(files[_i].text)));
		ck_assert(ipe_span_equal(signature, span(files[_i].signature)));
	} else {
		ck_assert(!got_text.at && !signature.at);
	}
	free(copy);
}
END_TEST

int main(void)
{
	const struct test_case cases[] = {
		{ "name", a_policy_has_name_and_version, 1 },
		{ "version", versions_compare_as_numbers, 1 },
		{ "rules", rules_can_be_listed, 1 },
		{ "never", contradictory_rules_are_shown_as_such, 1 },
		{ "defaults", defaults_can_be_listed, 1 },
		{ "print", printing_stays_inside_its_buffer, 1 },
		{ "limit", a_text_above_the_limit_is_refused_unread, 1 },
		{ "anonymous", anonymous_memory_has_no_other_property, 1 },
		{ "zero", zeroed_facts_and_decisions_deny, 1 },
		{ "names", the_vocabulary_has_names, 1 },
		{ "siphash", siphash_is_siphash_1_3, 1 },
		{ "filling", bytes_that_fill_no_word_are_filled_up_with_zeros, 1 },
		{ "seed", another_seed_makes_another_index, 1 },
		{ "index", the_index_tells_equal_hashes_apart, 1 },
		{ "signed", an_appended_signature_is_split_off, sizeof(files) / sizeof(files[0]) },
	};

	return run_suite("core interface", cases, sizeof(cases) / sizeof(cases[0]), 30);
}
