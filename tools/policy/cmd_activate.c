/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <getopt.h>

#include "answers.h"
#include "commands.h"

static enum exit_status ask_for_names(enum kernel_request request, int count, char *const names[],
				      bool json)
{
	enum exit_status worst = STATUS_ALLOWED;
	json_t *answers = json ? json_array() : NULL;

	for (int i = 0; i < count; i++) {
		struct answer answer = {
			.request = request,
			.name = names[i],
			.kernel = tell_kernel(request, names[i]),
		};
		enum exit_status status = answer_status(&answer);

		report_answer(&answer, answers);
		if (status > worst)
			worst = status;
	}
	print_answers(answers);
	return worst;
}

static enum exit_status run_request(const struct command *command, enum kernel_request request,
				    int argc, char **argv)
{
	static const struct option options[] = {
		{ "help", no_argument, NULL, 'h' },
		{ "json", no_argument, NULL, 'j' },
		{ 0 },
	};
	bool json = false;
	int option;

	while ((option = getopt_long(argc, argv, "hj", options, NULL)) != -1) {
		switch (option) {
		case 'h':
			return show_help(command);
		case 'j':
			json = true;
			break;
		default:
			return bad_option(command, argv);
		}
	}
	if (optind == argc)
		return usage_error(command, "name a policy");
	if (request == KERNEL_ACTIVATE && optind + 1 != argc)
		return usage_error(command, "only one policy can be active; name one");
	return ask_for_names(request, argc - optind, argv + optind, json);
}

static enum exit_status activate(int argc, char **argv)
{
	return run_request(&policy_activate, KERNEL_ACTIVATE, argc, argv);
}

static enum exit_status remove_policies(int argc, char **argv)
{
	return run_request(&policy_remove, KERNEL_REMOVE, argc, argv);
}

#define EXIT_STATUS                                                                            \
	"\nExit status: 0 done, 1 the kernel refuses it, 2 usage, 3 the kernel could not be\n" \
	"asked, for instance because no policy has this name.\n"                               \
	"See ipectl-policy(1).\n"

const struct command policy_activate = {
	.name = "policy activate",
	.summary = "switch to a policy that is loaded",
	.help = "Usage: ipectl policy activate [OPTION...] NAME\n"
		"Make a loaded policy the one that IPE enforces.\n\n"
		"Options:\n"
		"  -h, --help  show this help\n"
		"  -j, --json  print a JSON array with one object\n" EXIT_STATUS,
	.run = activate,
};

const struct command policy_remove = {
	.name = "policy remove",
	.summary = "take policies that are not active out of the kernel",
	.help = "Usage: ipectl policy remove [OPTION...] NAME...\n"
		"Take loaded policies out of the kernel. The active one cannot be removed.\n\n"
		"Options:\n"
		"  -h, --help  show this help\n"
		"  -j, --json  print a JSON array with an object for each policy\n" EXIT_STATUS,
	.run = remove_policies,
};
