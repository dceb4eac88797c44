/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "enlighten/enlighten.h"
#include "ipectl.h"
#include "output.h"

enum wish {
	WISH_ENLIGHTEN,
	WISH_UNDO,
	WISH_CHECK,
};

static void say(const char *what, const char *name)
{
	fputs(what, stdout);
	print_escaped(stdout, name, strlen(name));
	putchar('\n');
}

static enum exit_status status_of(enum outcome outcome)
{
	switch (outcome) {
	case OUTCOME_DONE:
	case OUTCOME_NOTHING_TO_DO:
		return STATUS_ALLOWED;
	case OUTCOME_REFUSED:
		return STATUS_REFUSED;
	case OUTCOME_FAILED:
		break;
	}
	return STATUS_UNDECIDED;
}

static enum exit_status check(const struct change *change)
{
	bool enlightened = is_enlightened(&change->program);

	say(enlightened ? "enlightened      " : "not enlightened  ", change->name);
	return enlightened ? STATUS_ALLOWED : STATUS_REFUSED;
}

static enum exit_status change_to(struct change *change, bool enlighten)
{
	enum outcome outcome = change_program(change, enlighten);

	if (outcome == OUTCOME_DONE)
		say(enlighten ? "enlightened          " : "no longer            ", change->name);
	else if (outcome == OUTCOME_NOTHING_TO_DO)
		say(enlighten ? "enlightened already  " : "not enlightened      ", change->name);
	return status_of(outcome);
}

static enum exit_status act(const char *name, enum wish wish)
{
	struct change change;
	enum exit_status status = status_of(open_program(name, &change));

	if (status == STATUS_ALLOWED)
		status = wish == WISH_CHECK ? check(&change)
					    : change_to(&change, wish == WISH_ENLIGHTEN);
	close_program(&change);
	flush_output();
	return status;
}

static enum exit_status run(int argc, char **argv)
{
	static const struct option long_options[] = {
		{ "check", no_argument, NULL, 'c' },
		{ "help", no_argument, NULL, 'h' },
		{ "undo", no_argument, NULL, 'u' },
		{ 0 },
	};
	enum exit_status worst = STATUS_ALLOWED;
	enum wish wish = WISH_ENLIGHTEN;
	int option;

	while ((option = getopt_long(argc, argv, "+chu", long_options, NULL)) != -1) {
		if (option == 'h')
			return show_help(&cmd_enlighten);
		if (option != 'c' && option != 'u')
			return bad_option(&cmd_enlighten, argv);
		if (wish != WISH_ENLIGHTEN && wish != (option == 'c' ? WISH_CHECK : WISH_UNDO))
			return usage_error(&cmd_enlighten, "use one of --check and --undo");
		wish = option == 'c' ? WISH_CHECK : WISH_UNDO;
	}
	if (optind == argc)
		return usage_error(&cmd_enlighten, "name at least one program");
	for (; optind < argc; optind++) {
		enum exit_status status = act(argv[optind], wish);

		worst = status > worst ? status : worst;
	}
	return worst;
}

const struct command cmd_enlighten = {
	.name = "enlighten",
	.summary = "put the shim into interpreters, for good",
	.help = "Usage: ipectl enlighten [OPTION...] ELF...\n"
		"Have each interpreter load libipe-shim.so before all else, whoever starts it.\n\n"
		"Options:\n"
		"  -c, --check  only say whether each has it\n"
		"  -h, --help   show this help\n"
		"  -u, --undo   take it out again\n"
		"\nExit status: 0 done or as it should be, 1 one is none that can have it or, with\n"
		"--check, has it not, 2 usage, 3 one could not be read or changed.\n"
		"See ipectl-enlighten(1).\n",
	.run = run,
};
