// SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-or-later
#include "internal.h"

struct printer {
	char *buf;
	size_t size;
	size_t len;
};

static void put_byte(struct printer *printer, char byte)
{
	if (printer->len < printer->size)
		printer->buf[printer->len] = byte;
	printer->len++;
}

static void put_span(struct printer *printer, struct ipe_span span)
{
	size_t i;

	for (i = 0; i < span.len; i++)
		put_byte(printer, span.at[i]);
}

static void put(struct printer *printer, const char *string)
{
	for (; *string; string++)
		put_byte(printer, *string);
}

static void put_number(struct printer *printer, unsigned int number)
{
	unsigned int unit = 1;

	while (number / unit > 9)
		unit *= 10;
	for (; unit; unit /= 10)
		put_byte(printer, (char)('0' + number / unit % 10));
}

static void put_action(struct printer *printer, unsigned int action)
{
	put(printer, "action=");
	put(printer, ipe_action_name(action));
	put(printer, "\n");
}

static void put_op(struct printer *printer, unsigned int op)
{
	put(printer, "op=");
	put(printer, ipe_op_name(op));
	put(printer, " ");
}

static void put_header(struct printer *printer, const struct ipe_policy *policy)
{
	unsigned int i;

	put(printer, "policy_name=");
	put_span(printer, ipe_policy_get_name(policy));
	put(printer, " policy_version=");
	for (i = 0; i < 3; i++) {
		put_number(printer, policy->version[i]);
		put(printer, i < 2 ? "." : "\n");
	}
}

static void put_default(struct printer *printer, const struct ipe_policy *policy, unsigned int op)
{
	if (!policy->defaults[op].given)
		return;
	put(printer, "DEFAULT ");
	if (op != IPE_OP_ANY)
		put_op(printer, op);
	put_action(printer, policy->defaults[op].action);
}

static void put_flag(struct printer *printer, unsigned int flag, const char *value)
{
	put(printer, ipe_flag_name(flag));
	put(printer, value);
}

static void put_digest(struct printer *printer, unsigned int kind, const struct ipe_digest *digest)
{
	static const char digits[] = "0123456789abcdef";
	size_t i;

	put(printer, ipe_digest_kind_name(kind));
	put(printer, "=");
	put_span(printer, digest->algorithm);
	put(printer, ":");
	for (i = 0; i < digest->len; i++) {
		put_byte(printer, digits[digest->bytes[i] >> 4]);
		put_byte(printer, digits[digest->bytes[i] & 0xf]);
	}
	put(printer, " ");
}

static void put_digests(struct printer *printer, const struct ipe_policy *policy, uint32_t rule,
			unsigned int kind)
{
	enum ipe_digest_kind found;
	struct ipe_digest digest;
	uint32_t i;

	for (i = 0; ipe_policy_get_rule_digest(policy, rule, i, &found, &digest); i++)
		if (found == kind)
			put_digest(printer, kind, &digest);
}

static void put_rule(struct printer *printer, const struct ipe_policy *policy, uint32_t rule,
		     const struct ipe_rule_view *view)
{
	unsigned int i;

	put_op(printer, view->op);
	for (i = 0; i < IPE_FLAG_COUNT; i++) {
		if (view->must_be_true & 1U << i)
			put_flag(printer, i, "=TRUE ");
		if (view->must_be_false & 1U << i)
			put_flag(printer, i, "=FALSE ");
	}
	for (i = 0; i < IPE_DIGEST_KIND_COUNT; i++)
		put_digests(printer, policy, rule, i);
	put_action(printer, view->action);
}

size_t ipe_policy_print(const struct ipe_policy *policy, char *buf, size_t size)
{
	struct printer printer = { .buf = buf, .size = size };
	struct ipe_rule_view view;
	unsigned int op;
	uint32_t i;

	put_header(&printer, policy);
	put_default(&printer, policy, IPE_OP_ANY);
	for (op = 0; op < IPE_OP_COUNT; op++)
		put_default(&printer, policy, op);
	for (i = 0; ipe_policy_get_rule(policy, i, &view); i++)
		put_rule(&printer, policy, i, &view);
	return printer.len;
}
