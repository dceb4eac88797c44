/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "output.h"

/* Their names begin with the word that leads here, so that usage errors name both words. */
#define PREFIX "policy "

static const struct command *const subcommands[] = {
	&policy_new,  &policy_lint,	&policy_print,	&policy_diff,
	&policy_eval, &policy_explain,	&policy_sign,	&policy_verify,
	&policy_load, &policy_activate, &policy_remove, &policy_list,
};

#define SUBCOMMAND_COUNT (sizeof(subcommands) / sizeof(subcommands[0]))

static const char *short_name(const struct command *command)
{
	return command->name + strlen(PREFIX);
}

static enum exit_status show_subcommands(void)
{
	printf("Usage: ipectl policy COMMAND [OPTION...] [ARGUMENT...]\n"
	       "Write, check, sign and load the policies of Linux IPE.\n\n"
	       "Commands:\n");
	for (size_t i = 0; i < SUBCOMMAND_COUNT; i++)
		printf("  %-9s %s\n", short_name(subcommands[i]), subcommands[i]->summary);
	printf("\nOptions:\n"
	       "  -h, --help  show this help; 'ipectl policy COMMAND --help' shows a command's\n"
	       "\nExit status: 0 done, valid, allowed or the same; 1 invalid, denied, refused or not\n"
	       "the same, 2 usage, 3 something could not be read, written or asked.\n"
	       "See ipectl-policy(1).\n");
	return STATUS_ALLOWED;
}

static enum exit_status run(int argc, char **argv)
{
	if (argc < 2)
		return usage_error(&cmd_policy, "no command given");
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
		return show_subcommands();
	/* What is too long for a file then fails to be written, and is told and tidied up. */
	signal(SIGXFSZ, SIG_IGN);
	for (size_t i = 0; i < SUBCOMMAND_COUNT; i++)
		if (strcmp(argv[1], short_name(subcommands[i])) == 0)
			return subcommands[i]->run(argc - 1, argv + 1);
	fputs("ipectl: policy: there is no command '", stderr);
	print_escaped(stderr, argv[1], strlen(argv[1]));
	fputs("'; 'ipectl policy --help' lists them\n", stderr);
	return STATUS_USAGE;
}

const struct command cmd_policy = {
	.name = "policy",
	.summary = "write, check, sign and load policies",
	.run = run,
};
