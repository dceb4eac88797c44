/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "decision.h"
#include "digest_text.h"
#include "lines.h"
#include "output.h"
#include "source.h"
#include "vocabulary.h"

struct eval {
	unsigned int op;
	struct ipe_facts facts;
	bool json;
	bool rest_absent;
	/* The bytes of the digests among the facts. */
	uint8_t *bytes[IPE_DIGEST_KIND_COUNT];
};

static bool set_digest(struct eval *eval, enum ipe_digest_kind kind, struct ipe_span value)
{
	struct ipe_digest digest;

	free(eval->bytes[kind]);
	eval->bytes[kind] = NULL;
	if (span_equals(value, "none"))
		ipe_facts_set_digest(&eval->facts, kind, NULL);
	else if (parse_digest(value, &digest, &eval->bytes[kind]))
		ipe_facts_set_digest(&eval->facts, kind, &digest);
	else
		return false;
	return true;
}

/* PROPERTY=VALUE; the digest's algorithm stays borrowed. */
static bool add_fact(struct eval *eval, const char *fact)
{
	const char *equals = strchr(fact, '=');
	struct ipe_span name = { fact, equals ? (size_t)(equals - fact) : 0 };
	struct ipe_span value;
	unsigned int number;

	if (!equals)
		return false;
	value = (struct ipe_span){ equals + 1, strlen(equals + 1) };
	number = find_digest_kind(name);
	if (number < IPE_DIGEST_KIND_COUNT)
		return set_digest(eval, (enum ipe_digest_kind)number, value);
	number = find_flag(name);
	if (number >= IPE_FLAG_COUNT ||
	    !(span_equals(value, "TRUE") || span_equals(value, "FALSE")))
		return false;
	ipe_facts_set_flag(&eval->facts, (enum ipe_flag)number, span_equals(value, "TRUE"));
	return true;
}

/* What no fact has been given for, a thing does not have. */
static void fill_facts(struct ipe_facts *facts)
{
	for (unsigned int i = 0; i < IPE_FLAG_COUNT; i++)
		if (!(facts->known & MASK(i)))
			ipe_facts_set_flag(facts, (enum ipe_flag)i, false);
	for (unsigned int i = 0; i < IPE_DIGEST_KIND_COUNT; i++)
		if (facts->digest[i].knowledge == IPE_UNKNOWN)
			ipe_facts_set_digest(facts, (enum ipe_digest_kind)i, NULL);
}

static enum exit_status evaluate(const struct eval *eval, const char *path)
{
	struct ipe_policy *policy;
	struct source source;
	struct judgement judgement;
	enum exit_status status = open_policy(path, &source, &policy);
	json_t *object;

	if (status != STATUS_ALLOWED)
		return STATUS_UNDECIDED;
	judge_facts(policy, eval->op, &eval->facts, &judgement);
	if (eval->json) {
		object = json_object();
		put_judgement(object, &judgement);
		json_put(object, "facts", facts_object(&eval->facts));
		json_print(object);
		putchar('\n');
		json_decref(object);
	} else {
		print_judgement(&judgement, ipe_op_name(eval->op));
	}
	status = judgement_status(&judgement);
	free_judgement(&judgement);
	ipe_policy_free(policy);
	free_source(&source);
	return status;
}

static enum exit_status bad_value(const char *what, const char *value)
{
	fprintf(stderr, "ipectl: policy eval: %s '", what);
	print_escaped(stderr, value, strlen(value));
	fputs("'; 'ipectl policy eval --help' shows the form\n", stderr);
	return STATUS_USAGE;
}

static const struct option long_options[] = {
	{ "anonymous", no_argument, NULL, 'a' },
	{ "fact", required_argument, NULL, 'f' },
	{ "help", no_argument, NULL, 'h' },
	{ "json", no_argument, NULL, 'j' },
	{ "op", required_argument, NULL, 'o' },
	{ "rest-absent", no_argument, NULL, 'r' },
	{ 0 },
};

/* STATUS_ALLOWED if the option is fine. */
static enum exit_status take_option(struct eval *eval, int option, char *const argv[])
{
	switch (option) {
	case 'a':
		ipe_facts_set_anonymous(&eval->facts);
		return STATUS_ALLOWED;
	case 'f':
		if (add_fact(eval, optarg))
			return STATUS_ALLOWED;
		return bad_value("there is no such fact:", optarg);
	case 'j':
		eval->json = true;
		return STATUS_ALLOWED;
	case 'o':
		eval->op = find_op((struct ipe_span){ optarg, strlen(optarg) });
		if (eval->op < IPE_OP_COUNT)
			return STATUS_ALLOWED;
		return bad_value("there is no operation", optarg);
	case 'r':
		eval->rest_absent = true;
		return STATUS_ALLOWED;
	default:
		return bad_option(&policy_eval, argv);
	}
}

static enum exit_status parse_and_evaluate(struct eval *eval, int argc, char **argv)
{
	enum exit_status status;
	int option;

	while ((option = getopt_long(argc, argv, "af:hjo:r", long_options, NULL)) != -1) {
		if (option == 'h')
			return show_help(&policy_eval);
		status = take_option(eval, option, argv);
		if (status != STATUS_ALLOWED)
			return status;
	}
	if (optind + 1 != argc || eval->op == IPE_OP_COUNT)
		return usage_error(&policy_eval, "name one file and, with --op, one operation");
	if (eval->rest_absent)
		fill_facts(&eval->facts);
	return evaluate(eval, argv[optind]);
}

static enum exit_status run(int argc, char **argv)
{
	struct eval eval = { .op = IPE_OP_COUNT };
	enum exit_status status = parse_and_evaluate(&eval, argc, argv);

	for (unsigned int i = 0; i < IPE_DIGEST_KIND_COUNT; i++)
		free(eval.bytes[i]);
	return status;
}

const struct command policy_eval = {
	.name = "policy eval",
	.summary = "say what a policy does with given facts",
	.help = "Usage: ipectl policy eval --op OP [OPTION...] FILE\n"
		"Say what the policy in FILE decides, and by which line, about a thing of which\n"
		"these facts are known. What no fact is given for is unknown, and what could be\n"
		"denied is denied.\n\n"
		"Options:\n"
		"  -o, --op OP        EXECUTE, FIRMWARE, KMODULE, KEXEC_IMAGE, KEXEC_INITRAMFS,\n"
		"                     POLICY or X509_CERT\n"
		"  -f, --fact FACT    PROPERTY=TRUE, PROPERTY=FALSE, PROPERTY=ALGORITHM:HEX or, of\n"
		"                     a digest, PROPERTY=none; can be given several times\n"
		"  -a, --anonymous    the facts of memory without a file behind it\n"
		"  -r, --rest-absent  what no fact is given for is FALSE or none\n"
		"  -h, --help         show this help\n"
		"  -j, --json         print a JSON object\n"
		"\nExit status: 0 allowed, 1 denied, 2 usage, 3 the policy is invalid or unreadable.\n"
		"See ipectl-policy(1).\n",
	.run = run,
};
