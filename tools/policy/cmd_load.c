/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "advice.h"
#include "answers.h"
#include "commands.h"
#include "lines.h"
#include "memory.h"
#include "output.h"
#include "source.h"
#include "vocabulary.h"

struct load {
	enum kernel_request request;
	bool json;
};

/* Why the text inside is refused, where that is the matter; else NULL. */
static char *explain_text(const struct source *source, const struct kernel_answer *answer)
{
	struct lines lines = { .text = source->text };
	struct ipe_parse_error error;
	struct ipe_policy *policy;
	char *sentence;
	char *text;

	if (answer->error != EBADMSG && answer->error != EINVAL && answer->error != ERANGE)
		return NULL;
	policy = parse_text(source->text, 0, &error);
	ipe_policy_free(policy);
	if (!policy) {
		sentence = explain_error(&error, get_line(&lines, error.line));
		text = format_text("line %u, column %u: %s", error.line, error.column, sentence);
		free(sentence);
		return text;
	}
	if (source->form == SOURCE_TEXT)
		return format_text("it is not signed; sign it with 'ipectl policy sign'");
	if (source->form == SOURCE_APPENDED && answer->error == EBADMSG)
		return format_text(
			"this kernel does not take a signature that is appended; use the "
			"kernel of ipe-enlighten, or sign it without --appended");
	return NULL;
}

static char *policy_name(const struct ipe_policy *policy)
{
	struct ipe_span name = ipe_policy_get_name(policy);

	return format_text("%.*s", (int)name.len, name.at);
}

static enum exit_status load_source(const struct load *load, const struct source *source,
				    json_t *answers)
{
	struct ipe_parse_error error;
	struct ipe_policy *policy = parse_text(source->text, IPE_PARSE_EXTENSIONS, &error);
	char version[18] = "";
	struct answer answer = { .request = load->request, .path = source->path };
	char *name = policy ? policy_name(policy) : NULL;
	char *why = NULL;

	if (policy)
		answer.version = format_version(version, ipe_policy_get_version(policy));
	answer.name = name;
	/* Whose update it is, only a text that can be read says. */
	if (load->request == KERNEL_UPDATE && !policy)
		answer.kernel.error = EBADMSG;
	else
		answer.kernel = ask_kernel(load->request, name, source->bytes, source->size);
	if (answer.kernel.error && !answer.kernel.unasked)
		why = explain_text(source, &answer.kernel);
	answer.advice = why;
	report_answer(&answer, answers);
	ipe_policy_free(policy);
	free(name);
	free(why);
	return answer_status(&answer);
}

static enum exit_status load_files(const struct load *load, int count, char *const paths[])
{
	enum exit_status worst = STATUS_ALLOWED;
	json_t *answers = load->json ? json_array() : NULL;
	struct source source;

	for (int i = 0; i < count; i++) {
		enum exit_status status = STATUS_UNDECIDED;

		if (read_source(paths[i], &source)) {
			status = load_source(load, &source, answers);
			free_source(&source);
		}
		if (status > worst)
			worst = status;
	}
	print_answers(answers);
	return worst;
}

static enum exit_status run(int argc, char **argv)
{
	static const struct option options[] = {
		{ "help", no_argument, NULL, 'h' },
		{ "json", no_argument, NULL, 'j' },
		{ "update", no_argument, NULL, 'u' },
		{ 0 },
	};
	struct load load = { .request = KERNEL_LOAD };
	int option;

	while ((option = getopt_long(argc, argv, "hju", options, NULL)) != -1) {
		switch (option) {
		case 'h':
			return show_help(&policy_load);
		case 'j':
			load.json = true;
			break;
		case 'u':
			load.request = KERNEL_UPDATE;
			break;
		default:
			return bad_option(&policy_load, argv);
		}
	}
	if (optind == argc)
		return usage_error(&policy_load, "name at least one signed policy");
	return load_files(&load, argc - optind, argv + optind);
}

const struct command policy_load = {
	.name = "policy load",
	.summary = "load signed policies into the kernel",
	.help = "Usage: ipectl policy load [OPTION...] FILE...\n"
		"Load signed policies into the running kernel. A new one is not yet active; the\n"
		"update of the active one takes effect at once.\n\n"
		"Options:\n"
		"  -u, --update  each replaces the older policy of its name that is loaded\n"
		"  -h, --help    show this help\n"
		"  -j, --json    print a JSON array with an object for each file\n"
		"\nExit status: 0 loaded, 1 the kernel refuses one, 2 usage, 3 a file could not be\n"
		"read or the kernel could not be asked.\n"
		"See ipectl-policy(1).\n",
	.run = run,
};
