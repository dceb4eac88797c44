// SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-or-later
/*
 * op=OP property... action=ACTION, and DEFAULT. The words before the last one are judged from left
 * to right and the last one after them, because that decides which errno a line with two faults
 * gets.
 */
#include "internal.h"

/* A rule that is being read. */
struct draft {
	struct ipe_shape shape;
	bool started;
	bool is_default;
	bool has_op;
	bool never;
	uint32_t digest_count;
	uint32_t first_digest;
	uint32_t first_of_kind[IPE_DIGEST_KIND_COUNT];
	size_t list;
	/* The word that says what it is for, and the first property: for errors. */
	struct ipe_span subject;
	struct ipe_span property;
};

static int parse_op(struct ipe_parser *parser, struct draft *draft, struct ipe_span word)
{
	struct ipe_span name = word;
	unsigned int op;

	if (!ipe_take_prefix(&name, "op=", 3)) {
		if (draft->is_default)
			return ipe_parse_fail(parser, IPE_PARSE_DEFAULT_PROPERTY, word, word.at);
		return ipe_parse_fail(parser, IPE_PARSE_STATEMENT_UNKNOWN, word, word.at);
	}
	op = ipe_find_op(name);
	if (op == IPE_OP_COUNT)
		return ipe_parse_fail(parser, IPE_PARSE_OP_UNKNOWN, word, name.at);
	draft->shape.op = (uint8_t)op;
	draft->has_op = true;
	draft->subject = word;
	return 0;
}

static int parse_flag(struct ipe_parser *parser, struct draft *draft, struct ipe_span word,
		      struct ipe_span value, unsigned int flag)
{
	if (ipe_flag_is_extension(flag) && !(parser->flags & IPE_PARSE_EXTENSIONS))
		return ipe_parse_fail(parser, IPE_PARSE_PROPERTY_EXTENSION, word, word.at);
	if (ipe_span_equal(value, (struct ipe_span){ "TRUE", 4 }))
		draft->shape.must_be_true |= (uint8_t)(1U << flag);
	else if (ipe_span_equal(value, (struct ipe_span){ "FALSE", 5 }))
		draft->shape.must_be_false |= (uint8_t)(1U << flag);
	else
		return ipe_parse_fail(parser, IPE_PARSE_FLAG_VALUE, word, value.at);
	return 0;
}

static bool push_place(struct ipe_parser *parser, uint32_t place)
{
	struct ipe_buffer *lists = &parser->policy->lists;

	if (!ipe_buffer_reserve(lists, sizeof(place), &parser->lexer))
		return false;
	ipe_memcpy(lists->data + lists->used, &place, sizeof(place));
	lists->used += sizeof(place);
	return true;
}

/* A rule with one digest needs no list. The list begins with a count, which add_rule() knows. */
static bool list_digest(struct ipe_parser *parser, struct draft *draft, uint32_t place)
{
	if (draft->digest_count++ == 0) {
		draft->first_digest = place;
		return true;
	}
	if (draft->digest_count == 2) {
		draft->list = parser->policy->lists.used;
		if (!push_place(parser, 0) || !push_place(parser, draft->first_digest))
			return false;
	}
	return push_place(parser, place);
}

/*
 * A digest that repeats the first of its kind is dropped. One that differs makes a rule that never
 * applies; it is kept for whoever prints or checks the policy.
 */
static int add_digest(struct ipe_parser *parser, struct draft *draft, struct ipe_span word,
		      unsigned int kind, uint32_t place)
{
	struct ipe_buffer *pool = &parser->policy->pool;
	struct ipe_digest first, digest;

	if (draft->shape.kinds & 1U << kind) {
		ipe_digest_read(pool, draft->first_of_kind[kind], &first);
		ipe_digest_read(pool, place, &digest);
		if (ipe_digest_equal(&first, &digest)) {
			pool->used = place;
			return 0;
		}
		draft->never = true;
	} else {
		draft->shape.kinds |= (uint8_t)(1U << kind);
		draft->first_of_kind[kind] = place;
	}
	if (!list_digest(parser, draft, place))
		return ipe_parse_fail(parser, IPE_PARSE_NO_MEMORY, word, word.at);
	return 0;
}

static int parse_digest(struct ipe_parser *parser, struct draft *draft, struct ipe_span word,
			struct ipe_span value, unsigned int kind)
{
	enum ipe_parse_reason reason;
	const char *fault;
	uint32_t place;

	reason = ipe_digest_parse(parser, (enum ipe_digest_kind)kind, value, &place, &fault);
	if (reason != IPE_PARSE_OK)
		return ipe_parse_fail(parser, reason, word, fault);
	return add_digest(parser, draft, word, kind, place);
}

static int blame_property(struct ipe_parser *parser, struct ipe_span word)
{
	struct ipe_span rest = word;
	enum ipe_parse_reason reason = IPE_PARSE_PROPERTY_UNKNOWN;

	if (ipe_take_prefix(&rest, "action=", 7))
		reason = IPE_PARSE_ACTION_NOT_LAST;
	else if (ipe_take_prefix(&rest, "op=", 3))
		reason = IPE_PARSE_OP_NOT_FIRST;
	return ipe_parse_fail(parser, reason, word, word.at);
}

static int parse_property(struct ipe_parser *parser, struct draft *draft, struct ipe_span word)
{
	struct ipe_span value = word;
	unsigned int number;

	if (!draft->property.len)
		draft->property = word;
	number = ipe_take_digest_kind(&value);
	if (number < IPE_DIGEST_KIND_COUNT)
		return parse_digest(parser, draft, word, value, number);
	number = ipe_take_flag(&value);
	if (number < IPE_FLAG_COUNT)
		return parse_flag(parser, draft, word, value, number);
	return blame_property(parser, word);
}

static int parse_word(struct ipe_parser *parser, struct draft *draft, struct ipe_span word)
{
	bool first = !draft->started;

	draft->started = true;
	if (first && ipe_span_equal(word, (struct ipe_span){ "DEFAULT", 7 })) {
		draft->is_default = true;
		draft->subject = word;
		return 0;
	}
	if (!draft->has_op)
		return parse_op(parser, draft, word);
	return parse_property(parser, draft, word);
}

static int parse_action(struct ipe_parser *parser, struct draft *draft, struct ipe_span word)
{
	struct ipe_span name = word;
	unsigned int action;

	if (!ipe_take_prefix(&name, "action=", 7)) {
		if (!draft->started && !ipe_take_prefix(&name, "op=", 3) &&
		    !ipe_span_equal(word, (struct ipe_span){ "DEFAULT", 7 }))
			return ipe_parse_fail(parser, IPE_PARSE_STATEMENT_UNKNOWN, word, word.at);
		return ipe_parse_fail(parser, IPE_PARSE_ACTION_MISSING, word, word.at);
	}
	if (!draft->started)
		return ipe_parse_fail(parser, IPE_PARSE_STATEMENT_UNKNOWN, word, word.at);
	action = ipe_find_action(name);
	if (action == IPE_ACTION_COUNT)
		return ipe_parse_fail(parser, IPE_PARSE_ACTION_UNKNOWN, word, name.at);
	draft->shape.action = (uint8_t)action;
	return 0;
}

static int add_default(struct ipe_parser *parser, const struct draft *draft)
{
	struct ipe_default *entry =
		&parser->policy->defaults[draft->has_op ? draft->shape.op : IPE_OP_ANY];

	if (draft->property.len)
		return ipe_parse_fail(parser, IPE_PARSE_DEFAULT_PROPERTY, draft->property,
				      draft->property.at);
	if (entry->given)
		return ipe_parse_fail(parser, IPE_PARSE_DEFAULT_TWICE, draft->subject,
				      draft->subject.at);
	entry->given = true;
	entry->line = parser->lexer.line;
	entry->action = (enum ipe_action)draft->shape.action;
	return 0;
}

static int add_rule(struct ipe_parser *parser, const struct draft *draft)
{
	struct ipe_policy *policy = parser->policy;
	struct ipe_rule rule = {
		.line = parser->lexer.line,
		.shape = ipe_shape_pack(&draft->shape),
		.operand = draft->first_digest,
	};

	if (draft->never || draft->shape.must_be_true & draft->shape.must_be_false)
		rule.shape |= IPE_RULE_NEVER;
	if (draft->digest_count > 1) {
		rule.shape |= IPE_RULE_LIST;
		rule.operand = (uint32_t)(draft->list / sizeof(uint32_t));
		ipe_memcpy(policy->lists.data + draft->list, &draft->digest_count,
			   sizeof(uint32_t));
	}

	if (!ipe_buffer_reserve(&policy->rules, sizeof(rule), &parser->lexer))
		return ipe_parse_fail(parser, IPE_PARSE_NO_MEMORY, draft->subject,
				      draft->subject.at);
	ipe_memcpy(policy->rules.data + policy->rules.used, &rule, sizeof(rule));
	policy->rules.used += sizeof(rule);
	return 0;
}

int ipe_parse_rule(struct ipe_parser *parser, struct ipe_span word)
{
	struct draft draft = { .started = false };
	struct ipe_span next;
	int error;

	for (; ipe_lex_word(&parser->lexer, &next); word = next) {
		error = parse_word(parser, &draft, word);
		if (error)
			return error;
	}
	error = parse_action(parser, &draft, word);
	if (error)
		return error;
	return draft.is_default ? add_default(parser, &draft) : add_rule(parser, &draft);
}
