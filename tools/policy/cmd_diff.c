/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <getopt.h>
#include <stdio.h>

#include "commands.h"
#include "diff.h"
#include "output.h"
#include "source.h"
#include "vocabulary.h"

static void print_names(const struct diff *diff)
{
	struct ipe_span old = ipe_policy_get_name(diff->policy[DIFF_OLD]);
	struct ipe_span new = ipe_policy_get_name(diff->policy[DIFF_NEW]);

	fputs("name     ", stdout);
	print_escaped(stdout, old.at, old.len);
	if (!diff->same_name) {
		fputs(" -> ", stdout);
		print_escaped(stdout, new.at, new.len);
		fputs(": the new policy cannot update the old one", stdout);
	}
	putchar('\n');
}

static void print_versions(const struct diff *diff)
{
	char old[18];
	char new[18];

	printf("version  %s -> %s: %s\n",
	       format_version(old, ipe_policy_get_version(diff->policy[DIFF_OLD])),
	       format_version(new, ipe_policy_get_version(diff->policy[DIFF_NEW])),
	       diff->rises ? "rises" : "does not rise; the kernel refuses it as an update");
}

static void print_rules(const struct diff *diff, enum diff_side side)
{
	for (uint32_t i = 0; i < diff->count[side]; i++) {
		const struct diff_rule *rule = &diff->rules[side][i];

		if (rule->only_here)
			printf("%c %u: %s\n", side == DIFF_OLD ? '-' : '+', rule->line, rule->text);
	}
}

static void print_text(const struct diff *diff)
{
	print_names(diff);
	print_versions(diff);
	for (unsigned int op = 0; op < IPE_OP_COUNT; op++)
		if (diff->defaults[DIFF_OLD][op] != diff->defaults[DIFF_NEW][op])
			printf("default  %s: %s -> %s\n", ipe_op_name(op),
			       ipe_action_name(diff->defaults[DIFF_OLD][op]),
			       ipe_action_name(diff->defaults[DIFF_NEW][op]));
	print_rules(diff, DIFF_OLD);
	print_rules(diff, DIFF_NEW);
	for (unsigned int op = 0; op < IPE_OP_COUNT; op++)
		if (diff->reordered[op])
			printf("order    %s: rules that allow have moved past rules that deny\n",
			       ipe_op_name(op));
	if (diff->same_meaning)
		puts("meaning  the same");
}

static json_t *head_object(const struct ipe_policy *policy)
{
	struct ipe_span name = ipe_policy_get_name(policy);
	json_t *object = json_object();
	char version[18];

	json_put_bytes(object, "name", name.at, name.len);
	json_put_string(object, "version", format_version(version, ipe_policy_get_version(policy)));
	return object;
}

static json_t *rules_array(const struct diff *diff, enum diff_side side)
{
	json_t *array = json_array();
	json_t *object;

	for (uint32_t i = 0; i < diff->count[side]; i++) {
		if (!diff->rules[side][i].only_here)
			continue;
		object = json_object();
		json_put(object, "line", json_integer(diff->rules[side][i].line));
		json_put_name(object, "rule", diff->rules[side][i].text);
		json_add(array, object);
	}
	return array;
}

static json_t *defaults_array(const struct diff *diff)
{
	json_t *array = json_array();
	json_t *object;

	for (unsigned int op = 0; op < IPE_OP_COUNT; op++) {
		if (diff->defaults[DIFF_OLD][op] == diff->defaults[DIFF_NEW][op])
			continue;
		object = json_object();
		json_put_string(object, "op", ipe_op_name(op));
		json_put_string(object, "old", ipe_action_name(diff->defaults[DIFF_OLD][op]));
		json_put_string(object, "new", ipe_action_name(diff->defaults[DIFF_NEW][op]));
		json_add(array, object);
	}
	return array;
}

static void print_object(const struct diff *diff)
{
	json_t *object = json_object();
	json_t *reordered = json_array();

	for (unsigned int op = 0; op < IPE_OP_COUNT; op++)
		if (diff->reordered[op])
			json_add(reordered, json_string(ipe_op_name(op)));
	json_put(object, "same_meaning", json_boolean(diff->same_meaning));
	json_put(object, "same_name", json_boolean(diff->same_name));
	json_put(object, "version_rises", json_boolean(diff->rises));
	json_put(object, "old", head_object(diff->policy[DIFF_OLD]));
	json_put(object, "new", head_object(diff->policy[DIFF_NEW]));
	json_put(object, "defaults", defaults_array(diff));
	json_put(object, "removed", rules_array(diff, DIFF_OLD));
	json_put(object, "added", rules_array(diff, DIFF_NEW));
	json_put(object, "reordered", reordered);
	json_print(object);
	putchar('\n');
	json_decref(object);
}

static enum exit_status compare(char *const paths[], bool json)
{
	struct ipe_policy *policy[DIFF_SIDES] = { NULL };
	struct source source[DIFF_SIDES] = { { 0 } };
	enum exit_status status = STATUS_UNDECIDED;
	struct diff diff;

	if (open_policy(paths[0], &source[0], &policy[0]) == STATUS_ALLOWED &&
	    open_policy(paths[1], &source[1], &policy[1]) == STATUS_ALLOWED) {
		compare_policies(policy[0], policy[1], &diff);
		if (json)
			print_object(&diff);
		else
			print_text(&diff);
		status = diff.same_meaning ? STATUS_ALLOWED : STATUS_REFUSED;
		free_diff(&diff);
	}
	for (int side = 0; side < DIFF_SIDES; side++) {
		ipe_policy_free(policy[side]);
		free_source(&source[side]);
	}
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
			return show_help(&policy_diff);
		case 'j':
			json = true;
			break;
		default:
			return bad_option(&policy_diff, argv);
		}
	}
	if (optind + 2 != argc)
		return usage_error(&policy_diff, "name two files");
	return compare(argv + optind, json);
}

const struct command policy_diff = {
	.name = "policy diff",
	.summary = "say what changes in meaning from one policy to another",
	.help = "Usage: ipectl policy diff [OPTION...] OLD NEW\n"
		"Say what changes in meaning: DEFAULTs, rules and, where it matters, their order;\n"
		"and whether the version rises. Rules that decide nothing are left out.\n\n"
		"Options:\n"
		"  -h, --help  show this help\n"
		"  -j, --json  print a JSON object\n"
		"\nExit status: 0 the same meaning, whatever the versions are; 1 not the same,\n"
		"2 usage, 3 a policy is invalid or unreadable.\n"
		"See ipectl-policy(1).\n",
	.run = run,
};
