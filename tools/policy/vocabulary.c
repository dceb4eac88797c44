/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "digest_text.h"
#include "lines.h"
#include "memory.h"
#include "output.h"
#include "vocabulary.h"

static unsigned int find(struct ipe_span name, unsigned int count,
			 const char *(*name_of)(unsigned int))
{
	unsigned int i = 0;

	while (i < count && !span_equals(name, name_of(i)))
		i++;
	return i;
}

unsigned int find_op(struct ipe_span name)
{
	return find(name, IPE_OP_COUNT, ipe_op_name);
}

unsigned int find_flag(struct ipe_span name)
{
	return find(name, IPE_FLAG_COUNT, ipe_flag_name);
}

unsigned int find_digest_kind(struct ipe_span name)
{
	return find(name, IPE_DIGEST_KIND_COUNT, ipe_digest_kind_name);
}

uint32_t extension_flags(void)
{
	static const bool is_extension[] = {
#define IPE_FLAG(id, name, extension) [IPE_FLAG_##id] = extension,
#include "core/vocab.def"
	};
	uint32_t flags = 0;

	for (unsigned int i = 0; i < IPE_FLAG_COUNT; i++)
		if (is_extension[i])
			flags |= MASK(i);
	return flags;
}

const char *parse_error_name(enum ipe_parse_reason reason)
{
	static const int errors[] = {
#define IPE_REASON(id, error, sentence) [IPE_PARSE_##id] = error,
#include "core/reasons.def"
	};

	return error_name(errors[reason]);
}

const char *parse_error_sentence(enum ipe_parse_reason reason)
{
	static const char *const sentences[] = {
#define IPE_REASON(id, error, sentence) [IPE_PARSE_##id] = sentence,
#include "core/reasons.def"
	};

	return sentences[reason];
}

static void print_digests(FILE *out, const struct ipe_policy *policy, uint32_t rule,
			  enum ipe_digest_kind wanted)
{
	enum ipe_digest_kind kind;
	struct ipe_digest digest;
	char *text;

	for (uint32_t i = 0; ipe_policy_get_rule_digest(policy, rule, i, &kind, &digest); i++) {
		if (kind != wanted)
			continue;
		text = format_digest(&digest);
		fprintf(out, " %s=%s", ipe_digest_kind_name(kind), text);
		free(text);
	}
}

char *format_rule(const struct ipe_policy *policy, uint32_t rule)
{
	struct ipe_rule_view view;
	size_t size;
	char *text;
	FILE *out = open_memstream(&text, &size);

	if (!out || !ipe_policy_get_rule(policy, rule, &view))
		give_up("out of memory; free some and try again");
	fprintf(out, "op=%s", ipe_op_name(view.op));
	for (unsigned int i = 0; i < IPE_FLAG_COUNT; i++) {
		if (view.must_be_true & MASK(i))
			fprintf(out, " %s=TRUE", ipe_flag_name(i));
		if (view.must_be_false & MASK(i))
			fprintf(out, " %s=FALSE", ipe_flag_name(i));
	}
	for (unsigned int i = 0; i < IPE_DIGEST_KIND_COUNT; i++)
		print_digests(out, policy, rule, (enum ipe_digest_kind)i);
	fprintf(out, " action=%s", ipe_action_name(view.action));
	if (fclose(out) != 0)
		give_up("out of memory; free some and try again");
	return text;
}

char *format_default(unsigned int op, enum ipe_action action)
{
	if (op == IPE_OP_ANY)
		return format_text("DEFAULT action=%s", ipe_action_name(action));
	return format_text("DEFAULT op=%s action=%s", ipe_op_name(op), ipe_action_name(action));
}

char *format_version(char buf[18], uint64_t version)
{
	snprintf(buf, 18, "%u.%u.%u", (unsigned int)(version >> 32) & 0xffff,
		 (unsigned int)(version >> 16) & 0xffff, (unsigned int)version & 0xffff);
	return buf;
}

enum ipe_action default_action(const struct ipe_policy *policy, unsigned int op, uint32_t *ret_line)
{
	enum ipe_action action = IPE_ACTION_DENY;

	if (!ipe_policy_get_default(policy, op, &action, ret_line))
		ipe_policy_get_default(policy, IPE_OP_ANY, &action, ret_line);
	return action;
}
