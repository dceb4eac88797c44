/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <sys/prctl.h>

#include "ipectl.h"
#include "status.h"

const char *inline_name(enum ipe_inline setting)
{
	switch (setting) {
	case IPE_INLINE_SECUREBITS:
		return "securebits";
	case IPE_INLINE_ANONYMOUS:
		return "anonymous";
	case IPE_INLINE_DENY:
	default:
		return "deny";
	}
}

const char *sight_name(enum sight sight)
{
	switch (sight) {
	case SIGHT_YES:
		return "yes";
	case SIGHT_NO_PROBE:
		return "no-probe";
	case SIGHT_NO:
	default:
		return "no";
	}
}

static void collect(struct status *ret)
{
	*ret = (struct status){ 0 };
	/* uname(2) fails only for a bad address. */
	(void)uname(&ret->kernel);
	ret->securebits = prctl(PR_GET_SECUREBITS);
	if (ret->securebits < 0)
		ret->securebits = -errno;
	ipe_query_restrictions(&ret->restrictions);
	if (ipe_check_inline(&ret->inline_code) < 0)
		ret->inline_code = (struct ipe_check){ 0 };
	collect_ipe(&ret->ipe);
	collect_engines(ret->kernel.release, &ret->ipe, ret->restrictions.exec_check_known,
			ret->engines);
}

static enum exit_status status_of(int enforced)
{
	if (enforced < 0)
		return STATUS_UNDECIDED;
	return enforced == YES ? STATUS_ALLOWED : STATUS_REFUSED;
}

/* For scripts, which look at the exit status. */
static enum exit_status show_enforcing(bool json)
{
	struct ipe_facts ipe = { 0 };
	enum exit_status ret;

	collect_ipe(&ipe);
	ret = status_of(ipe_is_enforced(&ipe));
	if (json)
		puts(ret == STATUS_UNDECIDED ? "{\"enforced\": null}"
		     : ret == STATUS_ALLOWED ? "{\"enforced\": true}"
					     : "{\"enforced\": false}");
	else
		print_summary(&ipe);
	free_ipe(&ipe);
	return ret;
}

static enum exit_status show(bool json)
{
	struct status status;

	collect(&status);
	if (json)
		print_status_json(&status);
	else
		print_status_text(&status);
	free_ipe(&status.ipe);
	return STATUS_ALLOWED;
}

static enum exit_status run(int argc, char **argv)
{
	static const struct option long_options[] = {
		{ "enforcing", no_argument, NULL, 'e' },
		{ "help", no_argument, NULL, 'h' },
		{ "json", no_argument, NULL, 'j' },
		{ 0 },
	};
	bool json = false, enforcing = false;
	int option;

	while ((option = getopt_long(argc, argv, "ehj", long_options, NULL)) != -1) {
		switch (option) {
		case 'e':
			enforcing = true;
			break;
		case 'j':
			json = true;
			break;
		case 'h':
			return show_help(&cmd_status);
		default:
			return bad_option(&cmd_status, argv);
		}
	}
	if (optind != argc)
		return usage_error(&cmd_status, "it takes no argument");
	return enforcing ? show_enforcing(json) : show(json);
}

const struct command cmd_status = {
	.name = "status",
	.summary = "show what this kernel and process enforce",
	.help = "Usage: ipectl status [OPTION...]\n"
		"Show what IPE enforces, in the first line, then the kernel, IPE and its policies\n"
		"as far as you may see them, the securebits, and which probe each policy engine\n"
		"would see.\n\n"
		"Options:\n"
		"  -e, --enforcing  the first line alone, and its answer as the exit status\n"
		"  -h, --help       show this help\n"
		"  -j, --json       print a JSON object\n"
		"\nExit status: 0 shown, or with --enforcing, enforced, 1 not enforced, 2 usage,\n"
		"3 the output could not be written, or with --enforcing, it cannot be told.\n"
		"See ipectl-status(1).\n",
	.run = run,
};
