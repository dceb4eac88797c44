/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ipectl.h"
#include "output.h"

static const struct command *const commands[] = { &cmd_check, &cmd_why,	      &cmd_status,
						  &cmd_run,   &cmd_enlighten, &cmd_policy,
						  &cmd_scan };

#define COMMAND_COUNT (sizeof(commands) / sizeof(commands[0]))

static enum exit_status show_usage(void)
{
	printf("Usage: ipectl COMMAND [OPTION...] [ARGUMENT...]\n"
	       "Ask the kernel whether scripts may be interpreted.\n\n"
	       "Commands:\n");
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		printf("  %-9s %s\n", commands[i]->name, commands[i]->summary);
	printf("\nOptions:\n"
	       "  -h, --help     show this help; 'ipectl COMMAND --help' shows a command's\n"
	       "  -V, --version  show the version\n"
	       "\nExit status: 0 allowed, 1 refused, 2 usage, 3 could not decide.\n"
	       "See ipectl(1).\n");
	return STATUS_ALLOWED;
}

static enum exit_status show_version(void)
{
	printf("ipectl %s\n", IPE_VERSION);
	return STATUS_ALLOWED;
}

enum exit_status show_help(const struct command *command)
{
	fputs(command->help, stdout);
	return STATUS_ALLOWED;
}

enum exit_status usage_error(const struct command *command, const char *problem)
{
	complain("%s: %s; try 'ipectl %s --help'", command->name, problem, command->name);
	return STATUS_USAGE;
}

enum exit_status bad_option(const struct command *command, char *const argv[])
{
	char letter[] = { '-', (char)optopt, '\0' };
	const char *option = optopt ? letter : argv[optind - 1];

	fprintf(stderr, "ipectl: %s%soption '", command ? command->name : "", command ? ": " : "");
	print_escaped(stderr, option, strlen(option));
	fprintf(stderr, "' is unknown or takes no argument; try 'ipectl %s%s--help'\n",
		command ? command->name : "", command ? " " : "");
	return STATUS_USAGE;
}

static enum exit_status run_command(int argc, char **argv)
{
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		if (strcmp(argv[0], commands[i]->name) == 0)
			return commands[i]->run(argc, argv);
	fputs("ipectl: there is no command '", stderr);
	print_escaped(stderr, argv[0], strlen(argv[0]));
	fputs("'; 'ipectl --help' lists them\n", stderr);
	return STATUS_USAGE;
}

static enum exit_status parse_and_run(int argc, char **argv)
{
	static const struct option options[] = {
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ 0 },
	};

	switch (getopt_long(argc, argv, "+hV", options, NULL)) {
	case 'h':
		return show_usage();
	case 'V':
		return show_version();
	case -1:
		break;
	default:
		return bad_option(NULL, argv);
	}
	if (optind == argc) {
		complain("no command given; 'ipectl --help' lists them");
		return STATUS_USAGE;
	}
	argc -= optind;
	argv += optind;
	/* 0 makes glibc start anew and read the leading '+' of the command's options. */
	optind = 0;
	return run_command(argc, argv);
}

/*
 * A closed standard descriptor would be given to the next file opened, and results written into
 * it. What takes its place here fails every read or write, so that the loss is noticed.
 */
static bool occupy_standard_descriptors(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		if (fcntl(fd, F_GETFD) >= 0)
			continue;
		if (open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) != fd)
			return false;
	}
	return true;
}

int main(int argc, char **argv)
{
	enum exit_status status;

	if (!occupy_standard_descriptors())
		return STATUS_UNDECIDED;
	setlocale(LC_CTYPE, "");
	opterr = 0;
	/* Written only by flush_output() and close_output(), which keep the errno. */
	setvbuf(stdout, NULL, _IOFBF, OUTPUT_BUFFER);
	status = parse_and_run(argc, argv);
	return close_output() ? (int)status : (int)STATUS_UNDECIDED;
}
