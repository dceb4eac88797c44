/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "decision.h"
#include "file_facts.h"
#include "output.h"
#include "source.h"
#include "vocabulary.h"

struct explain {
	unsigned int op;
	const char *file;
	bool json;
};

static void print_fact(const char *name, char *value, const char *why)
{
	printf("  %-18s %s", name, value);
	if (why)
		printf("; %s", why);
	putchar('\n');
	free(value);
}

static void print_facts(const struct file_facts *facts)
{
	for (unsigned int i = 0; i < IPE_FLAG_COUNT; i++)
		print_fact(ipe_flag_name(i), format_flag_fact(&facts->facts, i),
			   facts->flag_reason[i]);
	for (unsigned int i = 0; i < IPE_DIGEST_KIND_COUNT; i++)
		print_fact(ipe_digest_kind_name(i), format_digest_fact(&facts->facts, i),
			   facts->digest_reason[i]);
}

static void print_object(const struct judgement *judgement, const char *file)
{
	json_t *object = json_object();

	json_put_name(object, "path", file);
	put_judgement(object, judgement);
	json_put(object, "facts", facts_object(judgement->facts));
	json_print(object);
	putchar('\n');
	json_decref(object);
}

static enum exit_status explain_by(const struct explain *explain, const struct ipe_policy *policy)
{
	struct judgement judgement;
	struct file_facts facts;
	enum exit_status status;

	if (!collect_file_facts(explain->file, &facts))
		return STATUS_UNDECIDED;
	judge_facts(policy, explain->op, &facts.facts, &judgement);
	if (explain->json) {
		print_object(&judgement, explain->file);
	} else {
		print_judgement(&judgement, explain->file);
		print_facts(&facts);
	}
	status = judgement_status(&judgement);
	free_judgement(&judgement);
	free_file_facts(&facts);
	return status;
}

static enum exit_status explain(const struct explain *explain, const char *path)
{
	struct ipe_policy *policy;
	struct source source;
	enum exit_status status = open_policy(path, &source, &policy);

	if (status != STATUS_ALLOWED)
		return STATUS_UNDECIDED;
	status = explain_by(explain, policy);
	ipe_policy_free(policy);
	free_source(&source);
	return status;
}

static enum exit_status run(int argc, char **argv)
{
	static const struct option options[] = {
		{ "file", required_argument, NULL, 'f' },
		{ "help", no_argument, NULL, 'h' },
		{ "json", no_argument, NULL, 'j' },
		{ "op", required_argument, NULL, 'o' },
		{ 0 },
	};
	struct explain request = { .op = IPE_OP_EXECUTE };
	int option;

	while ((option = getopt_long(argc, argv, "f:hjo:", options, NULL)) != -1) {
		switch (option) {
		case 'f':
			request.file = optarg;
			break;
		case 'h':
			return show_help(&policy_explain);
		case 'j':
			request.json = true;
			break;
		case 'o':
			request.op = find_op((struct ipe_span){ optarg, strlen(optarg) });
			if (request.op == IPE_OP_COUNT)
				return usage_error(&policy_explain, "there is no such operation");
			break;
		default:
			return bad_option(&policy_explain, argv);
		}
	}
	if (optind + 1 != argc || !request.file)
		return usage_error(&policy_explain, "name one policy and, with --file, one file");
	return explain(&request, argv[optind]);
}

const struct command policy_explain = {
	.name = "policy explain",
	.summary = "say what a policy does with a file of this system, and why",
	.help = "Usage: ipectl policy explain --file PATH [OPTION...] FILE\n"
		"Find out what IPE would know of the file PATH, and say what the policy in FILE\n"
		"decides about it and by which line. Nothing is asked of the running kernel's own\n"
		"policy: 'ipectl why' does that.\n\n"
		"Options:\n"
		"  -f, --file PATH  the file to be judged\n"
		"  -o, --op OP      the operation; EXECUTE if not given\n"
		"  -h, --help       show this help\n"
		"  -j, --json       print a JSON object\n"
		"\nExit status: 0 allowed, 1 denied, 2 usage, 3 the policy is invalid or a file\n"
		"could not be read.\n"
		"See ipectl-policy(1).\n",
	.run = run,
};
