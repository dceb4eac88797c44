/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IPECTL_H
#define IPECTL_H

/* The exit status of every command; of several files the largest counts. */
enum exit_status {
	STATUS_ALLOWED = 0,
	STATUS_REFUSED = 1,
	STATUS_USAGE = 2,
	STATUS_UNDECIDED = 3,
};

struct command {
	const char *name;
	const char *summary;
	const char *help;
	enum exit_status (*run)(int argc, char **argv);
};

extern const struct command cmd_check;
extern const struct command cmd_config;
extern const struct command cmd_why;
extern const struct command cmd_status;
extern const struct command cmd_enlighten;
extern const struct command cmd_policy;
extern const struct command cmd_run;
extern const struct command cmd_scan;

/* Where the shim is installed. */
extern const char shim_path[];

enum exit_status show_help(const struct command *command);
enum exit_status usage_error(const struct command *command, const char *problem);

/* After getopt_long(), which must have opterr 0 lest it print the option unescaped, returned '?'. */
enum exit_status bad_option(const struct command *command, char *const argv[]);

#endif
