/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "commands.h"
#include "memory.h"
#include "output.h"
#include "source.h"

static enum exit_status print_policy(const char *path)
{
	struct ipe_policy *policy;
	struct source source;
	enum exit_status status = open_policy(path, &source, &policy);
	size_t len;
	char *text;

	if (status != STATUS_ALLOWED)
		return status;
	len = ipe_policy_print(policy, NULL, 0);
	text = allocate(len, 1);
	ipe_policy_print(policy, text, len);
	fwrite(text, 1, len, stdout);
	free(text);
	ipe_policy_free(policy);
	free_source(&source);
	return STATUS_ALLOWED;
}

static enum exit_status run(int argc, char **argv)
{
	static const struct option options[] = {
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};

	switch (getopt_long(argc, argv, "h", options, NULL)) {
	case 'h':
		return show_help(&policy_print);
	case -1:
		break;
	default:
		return bad_option(&policy_print, argv);
	}
	if (optind + 1 != argc)
		return usage_error(&policy_print, "name one file");
	return print_policy(argv[optind]);
}

const struct command policy_print = {
	.name = "policy print",
	.summary = "print a policy's text in its canonical form",
	.help = "Usage: ipectl policy print FILE\n"
		"Print the canonical text of a policy, be it text or signed: without comments, the\n"
		"DEFAULTs first, each rule's properties in one order. '-' is standard input.\n\n"
		"Options:\n"
		"  -h, --help  show this help\n"
		"\nExit status: 0 printed, 1 the policy is invalid, 2 usage, 3 the file could not be\n"
		"read.\n"
		"See ipectl-policy(1).\n",
	.run = run,
};
