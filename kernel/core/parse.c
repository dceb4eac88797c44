// SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-or-later
#include "internal.h"

static const struct {
	int error;
	const char *sentence;
} reasons[] = {
	[IPE_PARSE_OK] = { 0, "the policy is well-formed" },
#define IPE_REASON(id, error, sentence) [IPE_PARSE_##id] = { error, sentence },
#include "reasons.def"
};

int ipe_parse_fail(struct ipe_parser *parser, enum ipe_parse_reason reason, struct ipe_span token,
		   const char *at)
{
	const struct ipe_lexer *lexer = &parser->lexer;

	*parser->error = (struct ipe_parse_error){
		.reason = reason,
		.sentence = reasons[reason].sentence,
		.line = lexer->line,
		.column = (uint32_t)(at - (lexer->text.at + lexer->line_start)) + 1,
		.token = token,
	};
	return -reasons[reason].error;
}

/* Every operation must have an answer even if no rule applies. */
static int check_defaults(struct ipe_parser *parser)
{
	const struct ipe_default *defaults = parser->policy->defaults;
	struct ipe_span text = parser->lexer.text, token = { NULL, 0 };
	unsigned int op;

	if (defaults[IPE_OP_ANY].given)
		return 0;
	for (op = 0; op < IPE_OP_COUNT; op++) {
		if (defaults[op].given)
			continue;
		token.at = ipe_op_name(op);
		while (token.at[token.len])
			token.len++;
		return ipe_parse_fail(parser, IPE_PARSE_DEFAULT_MISSING, token, text.at + text.len);
	}
	return 0;
}

static int parse_lines(struct ipe_parser *parser)
{
	bool has_header = false;
	struct ipe_span word;
	int error;

	do {
		if (!ipe_lex_word(&parser->lexer, &word))
			continue;
		error = has_header ? ipe_parse_rule(parser, word) : ipe_parse_header(parser, word);
		if (error)
			return error;
		has_header = true;
	} while (ipe_lex_next_line(&parser->lexer));

	if (has_header)
		return 0;
	word = (struct ipe_span){ parser->lexer.text.at + parser->lexer.next, 0 };
	return ipe_parse_fail(parser, IPE_PARSE_NO_HEADER, word, word.at);
}

static bool finish(struct ipe_policy *policy)
{
	return ipe_buffer_trim(&policy->rules) && ipe_buffer_trim(&policy->pool) &&
	       ipe_buffer_trim(&policy->lists) && ipe_policy_compile(policy);
}

static int parse_text(struct ipe_parser *parser)
{
	struct ipe_span text = parser->lexer.text;
	int error = parse_lines(parser);

	/* What stands before a NUL byte is not what its author wrote, right or wrong. */
	if (ipe_lex_at_nul(&parser->lexer)) {
		text.at += parser->lexer.next;
		text.len = 1;
		return ipe_parse_fail(parser, IPE_PARSE_NUL_BYTE, text, text.at);
	}
	if (error)
		return error;
	error = check_defaults(parser);
	if (error)
		return error;
	if (finish(parser->policy))
		return 0;
	ipe_lex_start(&parser->lexer, text.at, text.len);
	return ipe_parse_fail(parser, IPE_PARSE_NO_MEMORY, (struct ipe_span){ text.at, 0 },
			      text.at);
}

int ipe_policy_parse(const char *text, size_t len, const struct ipe_parse_options *options,
		     struct ipe_policy **ret, struct ipe_parse_error *reterr)
{
	struct ipe_parse_error ignored;
	struct ipe_parser parser = {
		.error = reterr ? reterr : &ignored,
		.flags = options->flags,
	};
	struct ipe_span nowhere = { text, 0 };
	int error;

	ipe_lex_start(&parser.lexer, text, len);
	if (len > IPE_TEXT_MAX)
		return ipe_parse_fail(&parser, IPE_PARSE_TEXT_TOO_LONG, nowhere, text);
	parser.policy = ipe_core_alloc(sizeof(*parser.policy));
	if (!parser.policy)
		return ipe_parse_fail(&parser, IPE_PARSE_NO_MEMORY, nowhere, text);
	*parser.policy = (struct ipe_policy){ .seed = { options->seed[0], options->seed[1] } };

	error = parse_text(&parser);
	if (error) {
		ipe_policy_free(parser.policy);
		return error;
	}
	*ret = parser.policy;
	return 0;
}

static void free_some(void *memory)
{
	if (memory)
		ipe_core_free(memory);
}

void ipe_policy_free(struct ipe_policy *policy)
{
	if (!policy)
		return;
	free_some(policy->name);
	free_some(policy->rules.data);
	free_some(policy->pool.data);
	free_some(policy->lists.data);
	free_some(policy->groups);
	free_some(policy->slots);
	ipe_core_free(policy);
}
