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
#include "near.h"
#include "output.h"

static const struct command *const commands[] = { &cmd_check, &cmd_why,	      &cmd_status,
						  &cmd_run,   &cmd_enlighten, &cmd_policy,
						  &cmd_scan,  &cmd_config };

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

/* What the help calls an option's argument, as a sentence does. */
static const struct {
	const char *name;
	const char *phrase;
} arguments[] = {
	{ "DIR", "a directory" },
	{ "FILE", "a file" },
	{ "PATH", "a path" },
	{ "NAME", "a name" },
	{ "KEY", "a key" },
	{ "OP", "an operation" },
	{ "CERTIFICATE", "a certificate" },
	{ "FACT", "a fact" },
	{ "PACKAGE", "a package" },
	{ "X.Y.Z", "a version" },
};

static const char *argument_phrase(const char *name)
{
	for (size_t i = 0; i < sizeof(arguments) / sizeof(arguments[0]); i++)
		if (strncmp(name, arguments[i].name, strlen(arguments[i].name)) == 0)
			return arguments[i].phrase;
	return "an argument";
}

/*
 * What an option needs, as the help says: it lists it as "-o, --output FILE " or "--output FILE ".
 * NULL for one that the help does not have, or has without an argument.
 */
static const char *find_argument(const char *help, const char *option)
{
	const char *line = help ? strstr(help, "\nOptions:\n") : NULL;
	size_t len = strlen(option);

	for (; line; line = strchr(line + 1, '\n')) {
		const char *at = line + 1 + strspn(line + 1, " ");

		if (strncmp(at, option, len) != 0) {
			at = strstr(at, ", --");
			if (!at || strncmp(at + 2, option, len) != 0)
				continue;
		}
		at = strstr(at, "--");
		at = at ? at + strcspn(at, " \n") : "";
		if (at[0] == ' ' && at[1] >= 'A' && at[1] <= 'Z')
			return argument_phrase(at + 1);
	}
	return NULL;
}

/* getopt_long() returns the same for an unknown option, one without its argument, and one with. */
enum exit_status bad_option(const struct command *command, char *const argv[])
{
	char letter[] = { '-', (char)optopt, '\0' };
	const char *last = argv[optind - 1];
	bool is_long = strncmp(last, "--", 2) == 0 && last[2] != '\0';
	const char *option = is_long || !optopt ? last : letter;
	bool has_value = is_long && optopt && strchr(option, '=');
	size_t len = has_value ? strcspn(option, "=") : strlen(option);
	const char *argument =
		optopt && !has_value ? find_argument(command ? command->help : NULL, option) : NULL;

	fprintf(stderr, "ipectl: %s%s%s'", command ? command->name : "", command ? ": " : "",
		argument || has_value ? "" : "option ");
	print_escaped(stderr, option, len);
	fprintf(stderr, "' %s%s; try 'ipectl %s%s--help'\n",
		argument    ? "needs "
		: has_value ? "takes no argument"
			    : "is unknown",
		argument ? argument : "", command ? command->name : "", command ? " " : "");
	return STATUS_USAGE;
}

static const char *nearest_command(const char *word)
{
	const char *names[COMMAND_COUNT];

	for (size_t i = 0; i < COMMAND_COUNT; i++)
		names[i] = commands[i]->name;
	return nearest(word, strlen(word), names, COMMAND_COUNT);
}

static enum exit_status run_command(int argc, char **argv)
{
	const char *meant;

	for (size_t i = 0; i < COMMAND_COUNT; i++)
		if (strcmp(argv[0], commands[i]->name) == 0)
			return commands[i]->run(argc, argv);
	fputs("ipectl: there is no command '", stderr);
	print_escaped(stderr, argv[0], strlen(argv[0]));
	meant = nearest_command(argv[0]);
	fprintf(stderr, "'%s%s%s; 'ipectl --help' lists them\n", meant ? ", but '" : "",
		meant ? meant : "", meant ? "'" : "");
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
