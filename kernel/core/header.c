// SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-or-later
/* policy_name=NAME policy_version=X.Y.Z */
#include "internal.h"

#define U64_MAX_TENTH (0xffffffffffffffffULL / 10)
#define U64_MAX_DIGIT (0xffffffffffffffffULL % 10)

static int parse_name(struct ipe_parser *parser, struct ipe_span word)
{
	struct ipe_policy *policy = parser->policy;
	struct ipe_span name = word;

	if (!ipe_take_prefix(&name, "policy_name=", 12))
		return ipe_parse_fail(parser, IPE_PARSE_HEADER_NAME, word, word.at);
	if (!name.len)
		return ipe_parse_fail(parser, IPE_PARSE_HEADER_NAME_EMPTY, word, name.at);

	policy->name = ipe_core_alloc(name.len);
	if (!policy->name)
		return ipe_parse_fail(parser, IPE_PARSE_NO_MEMORY, word, word.at);
	ipe_memcpy(policy->name, name.at, name.len);
	policy->name_len = name.len;
	return 0;
}

/*
 * As Linux reads a number: what overflows 64 bits is out of range whatever stands behind it, what
 * overflows 16 bits only if it is a number to its end.
 */
static enum ipe_parse_reason parse_number(struct ipe_span digits, uint16_t *ret)
{
	size_t i = digits.len && digits.at[0] == '+';
	uint64_t value = 0;

	if (i == digits.len)
		return IPE_PARSE_VERSION_NUMBER;
	for (; i < digits.len; i++) {
		unsigned int digit = (unsigned int)(uint8_t)digits.at[i] - '0';

		if (digit > 9)
			return IPE_PARSE_VERSION_NUMBER;
		if (value > U64_MAX_TENTH || (value == U64_MAX_TENTH && digit > U64_MAX_DIGIT))
			return IPE_PARSE_VERSION_RANGE;
		value = value * 10 + digit;
	}
	if (value > IPE_VERSION_MAX)
		return IPE_PARSE_VERSION_RANGE;
	*ret = (uint16_t)value;
	return IPE_PARSE_OK;
}

/* Takes the part before the next dot off the rest; false if that was the last one. */
static bool take_part(struct ipe_span *rest, struct ipe_span *ret)
{
	*ret = (struct ipe_span){ rest->at, 0 };
	while (ret->len < rest->len && rest->at[ret->len] != '.')
		ret->len++;
	if (ret->len == rest->len)
		return false;
	rest->at += ret->len + 1;
	rest->len -= ret->len + 1;
	return true;
}

static int parse_version(struct ipe_parser *parser, struct ipe_span word)
{
	struct ipe_span rest = word, part;
	enum ipe_parse_reason reason;
	unsigned int count = 0;
	bool more = true;

	if (!ipe_take_prefix(&rest, "policy_version=", 15))
		return ipe_parse_fail(parser, IPE_PARSE_HEADER_VERSION, word, word.at);
	if (!rest.len)
		return ipe_parse_fail(parser, IPE_PARSE_HEADER_VERSION_EMPTY, word, rest.at);

	while (more) {
		if (count == 3)
			return ipe_parse_fail(parser, IPE_PARSE_VERSION_PARTS, word, rest.at);
		more = take_part(&rest, &part);
		reason = parse_number(part, &parser->policy->version[count++]);
		if (reason != IPE_PARSE_OK)
			return ipe_parse_fail(parser, reason, word, part.at);
	}
	if (count != 3)
		return ipe_parse_fail(parser, IPE_PARSE_VERSION_PARTS, word, part.at + part.len);
	return 0;
}

int ipe_parse_header(struct ipe_parser *parser, struct ipe_span word)
{
	int error;

	error = parse_name(parser, word);
	if (error)
		return error;

	/* A missing word is empty, and so not a version. */
	ipe_lex_word(&parser->lexer, &word);
	error = parse_version(parser, word);
	if (error)
		return error;

	if (ipe_lex_word(&parser->lexer, &word))
		return ipe_parse_fail(parser, IPE_PARSE_HEADER_EXTRA, word, word.at);
	return 0;
}
