/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The core stops at the first error. Here it reads line by line, each behind a header of its own;
 * and behind a word that it refuses, it reads the rest of the line again, in place of the word and
 * what stands before it something that it takes. So every byte is read about once.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "advice.h"
#include "errors.h"
#include "form.h"
#include "memory.h"
#include "output.h"
#include "source.h"
#include "vocabulary.h"

#define HEADER "policy_name=p policy_version=0.0.1"

/* Room in front of a line for what replaces its beginning. */
#define ROOM (sizeof(HEADER "\nDEFAULT op=EXECUTE ") - 1)

struct search {
	uint32_t flags;
	struct findings *findings;
	struct lines lines;
	/* The line behind ROOM bytes, which @capacity does not count, up to @end. */
	char *copy;
	char *end;
	size_t capacity;
	bool has_header;
	/* A DEFAULT that is missing follows from another error. */
	bool in_doubt;
	bool given[IPE_OP_COUNT + 1];
};

/* What became of a line's part: no error, or one that the line's rest can be read behind. */
enum outcome {
	GOOD,
	READ_ON,
	STOP,
};

/* The word's end may be all that is wrong of it. What is missing has a place, but nothing stands there. */
static size_t width_of(const struct search *search, const struct ipe_parse_error *error)
{
	struct ipe_span line = search->lines.line;
	size_t start = error->column - 1, width = 0;

	if (error->reason == IPE_PARSE_DEFAULT_MISSING)
		return 0;
	while (width < error->token.len && start + width < line.len &&
	       !strchr(" \t", line.at[start + width]))
		width++;
	return width;
}

static void add_error(struct search *search, const struct ipe_parse_error *error)
{
	add_finding(search->findings, &(struct finding){
					      .code = parse_error_name(error->reason),
					      .is_error = true,
					      .line = error->line,
					      .column = error->column,
					      .width = width_of(search, error),
					      .message = explain_error(error, search->lines.line),
				      });
}

/*
 * A DEFAULT gets one for all behind it, so that a policy is made of it: what that has then says of
 * which operation it is.
 */
static void copy_line(struct search *search, bool is_default)
{
	struct ipe_span line = search->lines.line;
	const char *tail = is_default ? "\nDEFAULT action=DENY" : "";
	size_t len = line.len + strlen(tail);

	if (!search->copy || len > search->capacity) {
		free(search->copy);
		search->capacity = 2 * len;
		search->copy = allocate(ROOM + search->capacity, 1);
	}
	memcpy(mempcpy(search->copy + ROOM, line.at, line.len), tail, strlen(tail));
	search->end = search->copy + ROOM + len;
}

/*
 * Reads the line from the byte @from on behind @head. NULL and the error, whose place becomes that
 * in the text unless it is not the line's: a DEFAULT that is missing, or the one behind the line.
 */
static struct ipe_policy *read_part(struct search *search, const char *head, size_t from,
				    struct ipe_parse_error *ret)
{
	size_t len = strlen(head);
	char *start = search->copy + ROOM + from - len;
	const char *line_end = memrchr(head, '\n', len);
	const char *line_start = start + (line_end ? line_end - head + 1 : 0);
	struct ipe_policy *policy;

	memcpy(start, head, len);
	policy = parse_text((struct ipe_span){ start, (size_t)(search->end - start) },
			    search->flags, ret);
	if (policy || ret->reason == IPE_PARSE_DEFAULT_MISSING ||
	    ret->reason == IPE_PARSE_DEFAULT_TWICE)
		return policy;
	ret->column = (uint32_t)(line_start + ret->column - (search->copy + ROOM));
	ret->line = search->lines.number;
	if (ret->token.at)
		ret->token.at = search->lines.line.at + (ret->token.at - (search->copy + ROOM));
	return NULL;
}

static bool is_rule(struct ipe_span word)
{
	return span_equals(word, "DEFAULT") || take_prefix(&word, "op=");
}

/* In the order of a header's words. */
static enum outcome judge_header_error(const struct ipe_parse_error *error, const char **head)
{
	struct ipe_span key = error->token;
	const char *equals = key.len ? memchr(key.at, '=', key.len) : NULL;

	if (equals)
		key.len = (size_t)(equals - key.at);
	switch ((unsigned int)error->reason) {
	case IPE_PARSE_HEADER_NAME_EMPTY:
		*head = "policy_name=p ";
		return READ_ON;
	case IPE_PARSE_HEADER_NAME:
		*head = "policy_name=p ";
		return equals && !span_equals(key, "policy_version") &&
				       resembles(key, "policy_name")
			       ? READ_ON
			       : STOP;
	case IPE_PARSE_HEADER_VERSION:
		*head = HEADER " ";
		return equals && resembles(key, "policy_version") ? READ_ON : STOP;
	case IPE_PARSE_HEADER_VERSION_EMPTY:
	case IPE_PARSE_VERSION_PARTS:
	case IPE_PARSE_VERSION_NUMBER:
	case IPE_PARSE_VERSION_RANGE:
		*head = HEADER " ";
		return READ_ON;
	default:
		return STOP;
	}
}

static enum outcome judge_rule_error(const struct ipe_parse_error *error, bool is_default,
				     const char **head)
{
	switch ((unsigned int)error->reason) {
	case IPE_PARSE_OP_UNKNOWN:
	case IPE_PARSE_OP_NOT_FIRST:
	case IPE_PARSE_PROPERTY_UNKNOWN:
	case IPE_PARSE_PROPERTY_EXTENSION:
	case IPE_PARSE_FLAG_VALUE:
	case IPE_PARSE_DIGEST_EMPTY:
	case IPE_PARSE_DIGEST_ALGORITHM:
	case IPE_PARSE_DIGEST_HEX:
	case IPE_PARSE_DIGEST_ODD:
		*head = is_default ? HEADER "\nDEFAULT op=EXECUTE " : HEADER "\nop=EXECUTE ";
		return READ_ON;
	default:
		return STOP;
	}
}

/* Whether the line is a rule, for which the header before it is missing. */
static bool search_header(struct search *search, struct ipe_span first)
{
	struct ipe_parse_error error;
	const char *head = "";
	size_t from = 0;

	copy_line(search, false);
	for (;;) {
		read_part(search, head, from, &error);
		/* Form feeds alone are no words. */
		search->has_header = error.reason != IPE_PARSE_NO_HEADER;
		if (!search->has_header || error.reason == IPE_PARSE_DEFAULT_MISSING)
			return false;
		add_error(search, &error);
		if (judge_header_error(&error, &head) == STOP)
			break;
		from = (size_t)(error.token.at + error.token.len - search->lines.line.at);
	}
	search->in_doubt |= error.reason == IPE_PARSE_HEADER_NAME && !is_rule(first);
	return is_rule(first);
}

/* The word that a second DEFAULT is blamed for: its operation, or DEFAULT itself. */
static void note_default(struct search *search, unsigned int op, struct ipe_span word)
{
	struct ipe_span rest = search->lines.line;

	if (search->given[op]) {
		take_word(&rest, &word);
		if (op != IPE_OP_ANY)
			take_word(&rest, &word);
		add_error(search, &(struct ipe_parse_error){
					  .reason = IPE_PARSE_DEFAULT_TWICE,
					  .sentence = parse_error_sentence(IPE_PARSE_DEFAULT_TWICE),
					  .line = search->lines.number,
					  .column = (uint32_t)(word.at - search->lines.line.at) + 1,
					  .token = word,
				  });
	}
	search->given[op] = true;
}

static unsigned int find_given(const struct ipe_policy *policy)
{
	enum ipe_action action;
	unsigned int op = 0;
	uint32_t line;

	while (op < IPE_OP_ANY && !ipe_policy_get_default(policy, op, &action, &line))
		op++;
	return op;
}

static void search_rule(struct search *search, struct ipe_span first)
{
	bool is_default = span_equals(first, "DEFAULT");
	const char *head = HEADER "\n";
	struct ipe_parse_error error;
	struct ipe_policy *policy;
	bool wrong = false;
	size_t from = 0;

	copy_line(search, is_default);
	for (;;) {
		policy = read_part(search, head, from, &error);
		if (policy || error.reason == IPE_PARSE_DEFAULT_MISSING ||
		    error.reason == IPE_PARSE_DEFAULT_TWICE)
			break;
		wrong = true;
		add_error(search, &error);
		if (judge_rule_error(&error, is_default, &head) == STOP)
			break;
		from = (size_t)(error.token.at + error.token.len - search->lines.line.at);
	}
	if (wrong)
		search->in_doubt |= resembles(first, "DEFAULT");
	else if (is_default)
		note_default(search, policy ? find_given(policy) : IPE_OP_ANY, first);
	ipe_policy_free(policy);
}

/* Behind the last line, where the core says it, and of all operations at once. */
static void search_defaults(struct search *search)
{
	bool ended = search->lines.end != LINE_END_NONE || search->lines.number == 0;
	struct ipe_parse_error error = {
		.reason = IPE_PARSE_DEFAULT_MISSING,
		.line = search->lines.number + ended,
		.column = ended ? 1 : (uint32_t)search->lines.line.len + 1,
	};
	unsigned int count = 0;
	size_t size;
	char *names;
	FILE *out;

	if (!search->has_header || search->in_doubt || search->given[IPE_OP_ANY])
		return;
	out = open_memstream(&names, &size);
	for (unsigned int op = 0; out && op < IPE_OP_COUNT; op++)
		if (!search->given[op])
			fprintf(out, "%s%s", count++ ? ", " : "", ipe_op_name(op));
	if (!out || fclose(out) != 0)
		give_up("out of memory; free some and try again");
	error.token = (struct ipe_span){ names, size };
	if (count > 0)
		add_error(search, &error);
	free(names);
}

static void search_lines(struct search *search)
{
	while (read_line_of(&search->lines)) {
		struct ipe_span line = search->lines.line;
		struct ipe_span first = { line.at, 0 };
		bool has_word = take_word(&line, &first);

		if (line.len > 0 && memchr(search->lines.line.at, '\0', search->lines.line.len)) {
			search->has_header |= has_word;
			search_rule(search, first);
		} else if (has_word && (search->has_header || search_header(search, first))) {
			search_rule(search, first);
		}
	}
}

static bool has_error(const struct findings *findings, const struct ipe_parse_error *error)
{
	for (size_t i = 0; i < findings->count; i++)
		if (findings->item[i].line == error->line &&
		    findings->item[i].column == error->column)
			return true;
	return false;
}

static bool is_one_error(const struct ipe_parse_error *first)
{
	return first->reason == IPE_PARSE_TEXT_TOO_LONG || first->reason == IPE_PARSE_NO_MEMORY;
}

void find_errors(struct ipe_span text, uint32_t flags, const struct ipe_parse_error *first,
		 struct findings *findings)
{
	struct search search = { .flags = flags, .findings = findings, .lines = { .text = text } };
	const char *form = describe_form(text);

	if (form) {
		add_finding(findings, &(struct finding){ .code = parse_error_name(first->reason),
							 .is_error = true,
							 .line = 1,
							 .column = 1,
							 .message = format_text("%s", form) });
		return;
	}
	if (!is_one_error(first)) {
		search_lines(&search);
		search_defaults(&search);
	}
	if (!has_error(findings, first))
		add_error(&search, first);
	free(search.copy);
}
