// SPDX-License-Identifier: LGPL-2.1-or-later
#include "random_model.h"

#include <stdio.h>
#include <stdlib.h>

#define RULES_MAX 60

/* Few digests, so that rules meet; alike, so that each part of one counts. */
#define DIGEST(name, bytes)                                                             \
	{                                                                               \
		{ name, sizeof(name) - 1 }, (const uint8_t *)(bytes), sizeof(bytes) - 1 \
	}
static const struct ipe_digest digests[] = {
	DIGEST("sha256", "0123456789abcdef0123456789abcdef"),
	DIGEST("sha256", "0123456789abcdef0123456789abcdeF"),
	DIGEST("sha512", "0123456789abcdef0123456789abcdef"),
	DIGEST("sha256", "0123456789abcdef0123456789abcde"),
	DIGEST("custom", "0123456789abcdef0123456789abcdef"),
	DIGEST("custom", ""),
	DIGEST("", "\0"),
	DIGEST("sha256", ""),
};

uint64_t random_word(struct random *random)
{
	/* SplitMix64, Steele, Lea and Flood 2014. */
	uint64_t z = random->state += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

unsigned int random_below(struct random *random, unsigned int below)
{
	return (unsigned int)(random_word(random) >> 33) % below;
}

static const struct ipe_digest *random_digest(struct random *random)
{
	return &digests[random_below(random, sizeof(digests) / sizeof(digests[0]))];
}

static enum ipe_action random_action(struct random *random)
{
	return random_below(random, 2) ? IPE_ACTION_ALLOW : IPE_ACTION_DENY;
}

static void fill_rule(struct random *random, struct model_rule *rule, unsigned int ops)
{
	unsigned int i;

	*rule = (struct model_rule){
		.op = random_below(random, ops),
		.action = random_action(random),
		.digests = calloc(4, sizeof(*rule->digests)),
	};
	if (!rule->digests)
		abort();
	for (i = random_below(random, 3); i; i--) {
		if (random_below(random, 2))
			rule->must_be_true |= 1U << random_below(random, IPE_FLAG_COUNT);
		else
			rule->must_be_false |= 1U << random_below(random, IPE_FLAG_COUNT);
	}
	rule->digest_count = random_below(random, 8) ? random_below(random, 3) : 4;
	for (i = 0; i < rule->digest_count; i++) {
		rule->digests[i].kind = random_below(random, 2) ? IPE_DIGEST_FSVERITY_DIGEST
								: IPE_DIGEST_DMVERITY_ROOTHASH;
		rule->digests[i].value = *random_digest(random);
	}
}

void random_fill_model(struct random *random, struct model *model)
{
	unsigned int ops = 1 + random_below(random, IPE_OP_COUNT);
	unsigned int op;
	size_t i;

	*model = (struct model){ .rule_count = random_below(random, RULES_MAX) };
	model->rules = calloc(RULES_MAX, sizeof(*model->rules));
	if (!model->rules)
		abort();
	for (i = 0; i < model->rule_count; i++)
		fill_rule(random, &model->rules[i], ops);
	model->defaults[IPE_OP_ANY].given = random_below(random, 2);
	for (op = 0; op < IPE_OP_COUNT; op++)
		model->defaults[op].given =
			!model->defaults[IPE_OP_ANY].given || random_below(random, 2);
	for (op = 0; op <= IPE_OP_ANY; op++)
		model->defaults[op].action = random_action(random);
}

void random_fill_facts(struct random *random, struct ipe_facts *facts)
{
	unsigned int i, doubt = 1 + random_below(random, 8);

	*facts = (struct ipe_facts){ 0 };
	for (i = 0; i < IPE_FLAG_COUNT; i++)
		if (random_below(random, doubt))
			ipe_facts_set_flag(facts, (enum ipe_flag)i, random_below(random, 2));
	for (i = 0; i < IPE_DIGEST_KIND_COUNT; i++)
		if (random_below(random, doubt))
			ipe_facts_set_digest(facts, (enum ipe_digest_kind)i,
					     random_below(random, 4) ? random_digest(random)
								     : NULL);
	/* What is not known must not count. */
	facts->truth |= (uint32_t)random_word(random) & ~facts->known;
}

void random_complete_facts(struct random *random, struct ipe_facts *facts)
{
	unsigned int i;

	for (i = 0; i < IPE_FLAG_COUNT; i++)
		if (!(facts->known & 1U << i))
			ipe_facts_set_flag(facts, (enum ipe_flag)i, random_below(random, 2));
	for (i = 0; i < IPE_DIGEST_KIND_COUNT; i++)
		if (facts->digest[i].knowledge == IPE_UNKNOWN)
			ipe_facts_set_digest(facts, (enum ipe_digest_kind)i,
					     random_below(random, 4) ? random_digest(random)
								     : NULL);
}

/* Separators: at least one blank, or anything that says nothing. */
static void write_blank(struct random *random, FILE *file)
{
	static const char *const blanks[] = { " ", " ", " ", "\t", "  ", " \t " };

	fputs(blanks[random_below(random, sizeof(blanks) / sizeof(blanks[0]))], file);
}

static void write_end(struct random *random, FILE *file, uint32_t *line)
{
	static const struct {
		const char *text;
		uint32_t lines;
	} ends[] = {
		{ "\n", 1 },	      { "\n", 1 },	{ "\n", 1 },
		{ "\r\n", 1 },	      { "\r", 1 },	{ " # op=POLICY\n", 1 },
		{ "#\r\n", 1 },	      { "\n\n", 2 },	{ "\n\r", 2 },
		{ " \v\xa0\f\n", 1 }, { "\n #x\n", 2 }, { "\r\r\n\n", 3 },
	};
	unsigned int i = random_below(random, sizeof(ends) / sizeof(ends[0]));

	fputs(ends[i].text, file);
	/* A carriage return before the next line's start is complete: that never is a line feed. */
	*line += ends[i].lines;
}

static void write_digest(struct random *random, FILE *file, const struct model_digest *digest)
{
	size_t i;

	fprintf(file, "%s=%.*s:", ipe_digest_kind_name(digest->kind),
		(int)digest->value.algorithm.len, digest->value.algorithm.at);
	for (i = 0; i < digest->value.len; i++)
		fprintf(file, random_below(random, 2) ? "%02x" : "%02X", digest->value.bytes[i]);
	write_blank(random, file);
}

static void write_rule(struct random *random, FILE *file, const struct model_rule *rule)
{
	unsigned int flag;
	size_t i;

	fprintf(file, "op=%s", ipe_op_name(rule->op));
	write_blank(random, file);
	for (i = 0; i < rule->digest_count; i++)
		write_digest(random, file, &rule->digests[i]);
	for (flag = 0; flag < IPE_FLAG_COUNT; flag++) {
		if (rule->must_be_true & 1U << flag)
			fprintf(file, "%s=TRUE ", ipe_flag_name(flag));
		if (rule->must_be_false & 1U << flag)
			fprintf(file, "%s=FALSE ", ipe_flag_name(flag));
	}
	fprintf(file, "action=%s", ipe_action_name(rule->action));
}

static void write_default(struct random *random, FILE *file, struct model *model, unsigned int op,
			  uint32_t *line)
{
	if (!model->defaults[op].given)
		return;
	model->defaults[op].line = *line;
	fputs("DEFAULT", file);
	write_blank(random, file);
	if (op != IPE_OP_ANY)
		fprintf(file, "op=%s ", ipe_op_name(op));
	fprintf(file, "action=%s", ipe_action_name(model->defaults[op].action));
	write_end(random, file, line);
}

char *random_write_model(struct random *random, struct model *model, size_t *ret_len)
{
	uint32_t line = 1;
	unsigned int op;
	char *text;
	size_t i;
	FILE *file = open_memstream(&text, ret_len);

	if (!file)
		abort();
	fputs("policy_name=random policy_version=1.2.3", file);
	write_end(random, file, &line);
	for (op = 0; op < IPE_OP_COUNT; op++)
		write_default(random, file, model, op, &line);
	for (i = 0; i < model->rule_count; i++) {
		model->rules[i].line = line;
		write_rule(random, file, &model->rules[i]);
		write_end(random, file, &line);
	}
	write_default(random, file, model, IPE_OP_ANY, &line);
	if (fclose(file) != 0)
		abort();
	return text;
}
