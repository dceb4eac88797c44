/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "kernel.h"
#include "output.h"
#include "status.h"

static const char *state_name(int active)
{
	if (active == YES)
		return "active";
	return active == NO ? "inactive" : "unknown";
}

static void print_text(const struct ipe_facts *ipe)
{
	for (size_t i = 0; i < ipe->policy_count; i++) {
		const struct ipe_policy_facts *policy = &ipe->policies[i];

		printf("%-8s  ", state_name(policy->active));
		print_name(policy->name);
		putchar(' ');
		print_name(policy->version);
		putchar('\n');
	}
}

static void print_array(const struct ipe_facts *ipe)
{
	json_t *array = json_array();
	json_t *object;

	for (size_t i = 0; i < ipe->policy_count; i++) {
		const struct ipe_policy_facts *policy = &ipe->policies[i];

		object = json_object();
		json_put_name(object, "name", policy->name);
		json_put_name(object, "version", policy->version);
		json_put(object, "active",
			 policy->active < 0 ? json_null() : json_boolean(policy->active == YES));
		json_add(array, object);
	}
	json_print(array);
	putchar('\n');
	json_decref(array);
}

static int compare_names(const void *left, const void *right)
{
	const struct ipe_policy_facts *a = left;
	const struct ipe_policy_facts *b = right;

	return strcmp(a->name, b->name);
}

static enum exit_status list(bool json)
{
	enum exit_status status = STATUS_UNDECIDED;
	struct ipe_facts ipe;

	collect_ipe(&ipe);
	if (ipe.policy_count > 1)
		qsort(ipe.policies, ipe.policy_count, sizeof(*ipe.policies), compare_names);
	if (ipe.present == NO) {
		complain("policy list: " NO_IPE);
	} else if (ipe.policies_error < 0) {
		complain("policy list: IPE's policies cannot be read: %s; mount securityfs on "
			 "/sys/kernel/security",
			 strerror(-ipe.policies_error));
	} else {
		if (json)
			print_array(&ipe);
		else
			print_text(&ipe);
		status = STATUS_ALLOWED;
	}
	free_ipe(&ipe);
	return status;
}

static enum exit_status run(int argc, char **argv)
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
			return show_help(&policy_list);
		case 'j':
			json = true;
			break;
		default:
			return bad_option(&policy_list, argv);
		}
	}
	if (optind != argc)
		return usage_error(&policy_list, "it takes no argument");
	return list(json);
}

const struct command policy_list = {
	.name = "policy list",
	.summary = "show the policies that are loaded",
	.help = "Usage: ipectl policy list [OPTION...]\n"
		"Show the policies in the kernel, with their versions, and which one is active;\n"
		"only root can see that.\n\n"
		"Options:\n"
		"  -h, --help  show this help\n"
		"  -j, --json  print a JSON array with an object for each policy\n"
		"\nExit status: 0 shown, 2 usage, 3 there is no IPE, or its files cannot be read.\n"
		"See ipectl-policy(1).\n",
	.run = run,
};
