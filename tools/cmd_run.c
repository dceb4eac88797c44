/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <getopt.h>
#include <stdio.h>

#include "ipectl.h"
#include "output.h"
#include "run/run.h"

static bool prepare(const struct run_options *options)
{
	if ((options->restrict_file || options->deny_interactive) &&
	    !lock_securebits(options->restrict_file, options->deny_interactive))
		return false;
	if (options->supervise && !start_supervisor(options->all))
		return false;
	if (!options->supervise && !start_handshake(options->check_children))
		return false;
	if (options->check_children && !forbid_untraced_children())
		return false;
	return !options->no_jit || forbid_new_code();
}

static bool take_option(int option, struct run_options *options)
{
	switch (option) {
	case 'a':
		options->all = true;
		return true;
	case 'c':
		options->check_children = true;
		return true;
	case 'd':
		options->deny_interactive = true;
		return true;
	case 'n':
		options->no_jit = true;
		return true;
	case 'r':
		options->restrict_file = true;
		return true;
	case 's':
		options->supervise = true;
		return true;
	default:
		return false;
	}
}

static enum exit_status run(int argc, char **argv)
{
	static const struct option long_options[] = {
		{ "all", no_argument, NULL, 'a' },
		{ "check-children", no_argument, NULL, 'c' },
		{ "deny-interactive", no_argument, NULL, 'd' },
		{ "help", no_argument, NULL, 'h' },
		{ "no-jit", no_argument, NULL, 'n' },
		{ "restrict-file", no_argument, NULL, 'r' },
		{ "supervise", no_argument, NULL, 's' },
		{ 0 },
	};
	struct run_options options = { 0 };
	int option;

	while ((option = getopt_long(argc, argv, "+acdhnrs", long_options, NULL)) != -1) {
		if (option == 'h')
			return show_help(&cmd_run);
		if (!take_option(option, &options))
			return bad_option(&cmd_run, argv);
	}
	if (optind == argc)
		return usage_error(&cmd_run, "name a command");
	if (options.all && !options.supervise)
		return usage_error(&cmd_run, "--all needs --supervise");
	if (options.check_children && options.supervise)
		return usage_error(&cmd_run,
				   "--supervise covers children without --check-children");
	if (!prepare(&options))
		return (enum exit_status)RUN_REFUSED;
	return (enum exit_status)become(argv + optind);
}

const struct command cmd_run = {
	.name = "run",
	.summary = "run a command with its interpreters behind the gate",
	.help = "Usage: ipectl run [OPTION...] [--] COMMAND [ARGUMENT...]\n"
		"Run COMMAND so that what it and its children interpret is judged first.\n\n"
		"Without --supervise libipe-shim.so is preloaded, and a program in which it does\n"
		"not come up is not run.\n\n"
		"Options:\n"
		"  -a, --all               with --supervise: judge every file that is read\n"
		"  -c, --check-children    do not run children either in which it does not come up\n"
		"  -d, --deny-interactive  set and lock SECBIT_EXEC_DENY_INTERACTIVE\n"
		"  -h, --help              show this help\n"
		"  -n, --no-jit            refuse executable memory that is not of a file\n"
		"  -r, --restrict-file     set and lock SECBIT_EXEC_RESTRICT_FILE\n"
		"  -s, --supervise         have a supervisor open files, for static programs too\n"
		"\nExit status: 2 usage, 126 the command was not run, 127 it was not found; else\n"
		"the command's. See ipectl-run(1).\n",
	.run = run,
};
