// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Any bytes are parsed, with extensions and without. What is refused has a place and a reason; what
 * is accepted reads back as the same after it was printed.
 */
#include <errno.h>
#include <string.h>

#include "fuzz.h"
#include "memory.h"
#include "policy.h"

static bool inside(const char *at, size_t len, const char *text, size_t size)
{
	return at >= text && at + len <= text + size;
}

static void check_error(int result, const struct ipe_parse_error *error, const char *text,
			size_t size)
{
	FUZZ_REQUIRE(result == -EBADMSG || result == -EINVAL || result == -ERANGE);
	FUZZ_REQUIRE(error->reason > IPE_PARSE_OK && error->reason < IPE_PARSE_REASON_COUNT);
	FUZZ_REQUIRE(error->sentence && error->sentence[0]);
	FUZZ_REQUIRE(error->line >= 1 && error->line <= size + 1);
	FUZZ_REQUIRE(error->column >= 1 && error->column <= size + 1);
	if (error->reason != IPE_PARSE_DEFAULT_MISSING)
		FUZZ_REQUIRE(inside(error->token.at, error->token.len, text, size));
}

static char *print(const struct ipe_policy *policy, size_t *ret_len)
{
	size_t len = ipe_policy_print(policy, NULL, 0);
	char *text = malloc(len);

	FUZZ_REQUIRE(text && ipe_policy_print(policy, text, len) == len);
	*ret_len = len;
	return text;
}

static void check_law(const struct ipe_policy *policy, const struct ipe_parse_options *options)
{
	struct ipe_policy *again;
	size_t len, len_again;
	char *text = print(policy, &len), *text_again;

	FUZZ_REQUIRE(ipe_policy_parse(text, len, options, &again, NULL) == 0);
	FUZZ_REQUIRE(ipe_policy_get_rule_count(again) == ipe_policy_get_rule_count(policy));
	text_again = print(again, &len_again);
	FUZZ_REQUIRE(len == len_again && !memcmp(text, text_again, len));
	free(text);
	free(text_again);
	ipe_policy_free(again);
}

static void parse(const char *text, size_t size, uint32_t flags)
{
	const struct ipe_parse_options options = { flags, { size, flags } };
	struct ipe_parse_error error = { .sentence = NULL };
	struct ipe_policy *policy = NULL;
	int result = ipe_policy_parse(text, size, &options, &policy, &error);

	if (result == 0)
		check_law(policy, &options);
	else
		check_error(result, &error, text, size);
	ipe_policy_free(policy);
	FUZZ_REQUIRE(memory_blocks() == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	parse((const char *)data, size, 0);
	parse((const char *)data, size, IPE_PARSE_EXTENSIONS);
	return 0;
}
