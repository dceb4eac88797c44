/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "ipectl.h"
#include "output.h"
#include "why.h"

static void print_error(const struct why *why)
{
	fputs("ipectl: why: cannot judge '", stderr);
	print_escaped(stderr, why->path, strlen(why->path));
	fprintf(stderr, "': %s; %s\n", strerror(-why->error), error_advice(-why->error));
}

static enum exit_status explain(const char *path, bool json)
{
	enum exit_status status = STATUS_REFUSED;
	struct why why;

	collect_why(path, &why);
	if (json)
		print_why_json(&why);
	else if (why.found)
		print_why_text(&why);
	if (why.error < 0) {
		status = STATUS_UNDECIDED;
		flush_output();
		if (!json)
			print_error(&why);
	} else if (why.check.verdict == IPE_ALLOW) {
		status = STATUS_ALLOWED;
	}
	free_why(&why);
	return status;
}

static enum exit_status run(int argc, char **argv)
{
	static const struct option long_options[] = {
		{ "help", no_argument, NULL, 'h' },
		{ "json", no_argument, NULL, 'j' },
		{ 0 },
	};
	bool json = false;
	int option;

	while ((option = getopt_long(argc, argv, "hj", long_options, NULL)) != -1) {
		switch (option) {
		case 'j':
			json = true;
			break;
		case 'h':
			return show_help(&cmd_why);
		default:
			return bad_option(&cmd_why, argv);
		}
	}
	if (optind + 1 != argc)
		return usage_error(&cmd_why, "name one file");
	return explain(argv[optind], json);
}

const struct command cmd_why = {
	.name = "why",
	.summary = "show everything that decides about one file",
	.help = "Usage: ipectl why [OPTION...] FILE\n"
		"Show what decides whether FILE may be interpreted: the answer of each probe, its\n"
		"mount, mode, fs-verity and dm-verity; what refuses it, and what would make it\n"
		"pass.\n\n"
		"Options:\n"
		"  -h, --help  show this help\n"
		"  -j, --json  print a JSON object\n"
		"\nExit status: 0 allowed, 1 refused, 2 usage, 3 could not decide.\n"
		"See ipectl-why(1).\n",
	.run = run,
};
