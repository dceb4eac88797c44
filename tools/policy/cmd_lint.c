/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "commands.h"
#include "errors.h"
#include "memory.h"
#include "output.h"
#include "pkcs7.h"
#include "policy_name.h"
#include "vocabulary.h"
#include "warnings.h"

struct lint {
	uint32_t flags;
	bool json;
};

/* What was found in one file; the policy is NULL if its text is invalid. */
struct linted {
	const struct source *source;
	/* The name of the errno that the kernel gives, or NULL: one of several findings'. */
	const char *error;
	struct ipe_policy *policy;
	struct findings findings;
};

static void check_source(struct linted *linted, uint32_t flags)
{
	struct lines lines = { .text = linted->source->text };
	struct ipe_parse_error parse_error;
	const char *sentence;
	int error;

	linted->policy = parse_text(linted->source->text, flags, &parse_error);
	if (!linted->policy) {
		linted->error = parse_error_name(parse_error.reason);
		find_errors(linted->source->text, flags, &parse_error, &linted->findings);
		return;
	}
	error = refuse_name(ipe_policy_get_name(linted->policy), &sentence);
	linted->error = error ? error_name(error) : NULL;
	judge_name(linted->policy, linted->source->text, &linted->findings);
	warn_of_rules(linted->policy, &lines, &linted->findings);
	warn_of_effect(linted->policy, &(struct lines){ .text = linted->source->text },
		       &linted->findings);
	warn_of_defaults(linted->policy, &lines, &linted->findings);
	warn_of_text(linted->source, &linted->findings);
}

/* The kernel reads the signature before the text. */
static void check_signature(struct linted *linted)
{
	const struct source *source = linted->source;
	struct ipe_span message = { source->bytes, source->size };
	struct refusal refusal = { 0 };
	char *sentence;

	if (source->form == SOURCE_TEXT ||
	    pkcs7_is_taken(source->form == SOURCE_APPENDED ? source->signature : message, &refusal))
		return;
	linted->error = error_name(refusal_error(&refusal));
	sentence = format_refusal(&refusal);
	add_finding(&linted->findings,
		    &(struct finding){ .code = linted->error,
				       .is_error = true,
				       .message = format_text("the signature: %s", sentence) });
	free(sentence);
}

static json_t *finding_object(const struct finding *finding)
{
	json_t *object = json_object();

	json_put_string(object, "severity", finding->is_error ? "error" : "warning");
	json_put_string(object, "code", finding->code);
	json_put(object, "line", json_integer(finding->line));
	json_put(object, "column", json_integer(finding->column));
	json_put(object, "width", json_integer((json_int_t)finding->width));
	json_put_name(object, "message", finding->message);
	return object;
}

static json_t *file_object(const struct linted *linted)
{
	json_t *object = json_object();
	json_t *list = json_array();
	struct ipe_span name;
	char version[18];

	json_put_name(object, "path", linted->source->path);
	json_put(object, "valid", json_boolean(linted->error == NULL));
	json_put_string(object, "error", linted->error);
	if (linted->policy) {
		name = ipe_policy_get_name(linted->policy);
		json_put_bytes(object, "name", name.at, name.len);
		json_put_string(object, "version",
				format_version(version, ipe_policy_get_version(linted->policy)));
		json_put(object, "rules", json_integer(ipe_policy_get_rule_count(linted->policy)));
	}
	for (size_t i = 0; i < linted->findings.count; i++)
		json_add(list, finding_object(&linted->findings.item[i]));
	json_put(object, "findings", list);
	return object;
}

static enum exit_status lint_file(const struct lint *lint, const char *path, json_t *files)
{
	enum exit_status status = STATUS_REFUSED;
	struct linted linted = { 0 };
	struct source source;

	if (!read_source(path, &source))
		return STATUS_UNDECIDED;
	linted.source = &source;
	check_source(&linted, lint->flags);
	check_signature(&linted);
	sort_findings(&linted.findings);
	if (lint->json)
		json_add(files, file_object(&linted));
	else
		print_findings(stdout, source.path, source.text, &linted.findings);
	if (!linted.error)
		status = STATUS_ALLOWED;
	ipe_policy_free(linted.policy);
	free_findings(&linted.findings);
	free_source(&source);
	return status;
}

static enum exit_status lint_files(const struct lint *lint, int count, char *const paths[])
{
	enum exit_status worst = STATUS_ALLOWED;
	json_t *files = lint->json ? json_array() : NULL;

	for (int i = 0; i < count; i++) {
		enum exit_status status = lint_file(lint, paths[i], files);

		if (status > worst)
			worst = status;
	}
	if (files) {
		json_print(files);
		putchar('\n');
		json_decref(files);
	}
	return worst;
}

static enum exit_status run(int argc, char **argv)
{
	static const struct option options[] = {
		{ "extensions", no_argument, NULL, 'e' },
		{ "help", no_argument, NULL, 'h' },
		{ "json", no_argument, NULL, 'j' },
		{ 0 },
	};
	struct lint lint = { 0 };
	int option;

	while ((option = getopt_long(argc, argv, "ehj", options, NULL)) != -1) {
		switch (option) {
		case 'e':
			lint.flags |= IPE_PARSE_EXTENSIONS;
			break;
		case 'j':
			lint.json = true;
			break;
		case 'h':
			return show_help(&policy_lint);
		default:
			return bad_option(&policy_lint, argv);
		}
	}
	if (optind == argc)
		return usage_error(&policy_lint, "name at least one file");
	return lint_files(&lint, argc - optind, argv + optind);
}

const struct command policy_lint = {
	.name = "policy lint",
	.summary = "find what is wrong, or right and not meant, in policies",
	.help = "Usage: ipectl policy lint [OPTION...] FILE...\n"
		"Check policies as the kernel does, and warn of what is legal but hardly meant.\n"
		"A FILE is text, signed or not; '-' is standard input.\n\n"
		"Options:\n"
		"  -e, --extensions  accept the properties that Linux's own IPE does not know\n"
		"  -h, --help        show this help\n"
		"  -j, --json        print a JSON array with an object for each file\n"
		"\nExit status: 0 all valid, even with warnings; 1 a policy is invalid, 2 usage,\n"
		"3 a file could not be read.\n"
		"See ipectl-policy(1).\n",
	.run = run,
};
