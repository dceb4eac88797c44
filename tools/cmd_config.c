/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ipectl.h"
#include "near.h"
#include "output.h"
#include "setting.h"
#include "status.h"

/* A file that is looked at, and what was found in it. */
struct configuration {
	const char *path;
	char text[IPE_CONFIGURATION_MAX];
	size_t len;
	char room[IPE_JUDGED_MAX];
	struct ipe_judged judged;
	struct ipe_settings settings;
	unsigned int faults;
};

static void print_place(const struct configuration *file, size_t line, size_t column)
{
	fputs("ipectl: config: ", stderr);
	print_escaped(stderr, file->path, strlen(file->path));
	fprintf(stderr, ":%zu:%zu: ", line, column);
}

/* What stands there, in quotes. */
static void print_word(const struct ipe_fault *fault)
{
	putc('\'', stderr);
	print_escaped(stderr, fault->word, fault->len);
	putc('\'', stderr);
}

static void print_hint(const struct ipe_fault *fault)
{
	size_t count = 0;
	const char *near;

	if (fault->len > 0 && fault->word[fault->len - 1] == '\r') {
		fputs("; the line ends with CR and LF: save the file with LF alone\n", stderr);
		return;
	}
	while (fault->known && fault->known[count])
		count++;
	near = nearest(fault->word, fault->len, fault->known, count);
	if (near)
		fprintf(stderr, "; did you mean '%s'?", near);
	else if (count > 0)
		fputs("; it is ", stderr);
	for (size_t i = 0; i < count && !near; i++)
		fprintf(stderr, "%s'%s'",
			i == 0		? ""
			: i + 1 < count ? ", "
					: " or ",
			fault->known[i]);
	putc('\n', stderr);
}

static void print_fault(const struct ipe_fault *fault)
{
	static const struct {
		const char *before;
		const char *behind;
	} sentences[] = {
		[IPE_SETTING_NO_KEY] = { "no key before '='", "" },
		[IPE_SETTING_NO_SIGN] = { "no '=' between key and value in ", "" },
		[IPE_SETTING_UNKNOWN_KEY] = { "the key ", " is not known" },
		[IPE_SETTING_NO_VALUE] = { "no value", "" },
		[IPE_SETTING_UNKNOWN_VALUE] = { "the value ", " is not known" },
		[IPE_SETTING_NO_PATH] = { "the value ",
					  " is no path that begins with '/', has no '//', '.' or "
					  "'..' in it, and no control character" },
		[IPE_SETTING_TWICE] = { "a second value, ", "; remove one" },
	};

	if (fault->key)
		fprintf(stderr, "%s: ", fault->key);
	fputs(sentences[fault->kind].before, stderr);
	if (*sentences[fault->kind].behind || fault->kind == IPE_SETTING_NO_SIGN)
		print_word(fault);
	fputs(sentences[fault->kind].behind, stderr);
	print_hint(fault);
}

static void find_faults(struct configuration *file)
{
	const char *end = file->text + file->len, *line = file->text;
	struct ipe_fault fault;

	for (size_t number = 1; line < end; number++) {
		const char *newline = memchr(line, '\n', (size_t)(end - line));
		size_t len = (size_t)((newline ? newline : end) - line);

		if (!ipe_parse_setting(line, len, &file->settings, &fault)) {
			print_place(file, number, (size_t)(fault.word - line) + 1);
			print_fault(&fault);
			file->faults++;
		}
		line = newline ? newline + 1 : end;
	}
}

static enum exit_status refused(const struct configuration *file, const struct ipe_check *check)
{
	fputs("ipectl: config: ", stderr);
	print_escaped(stderr, file->path, strlen(file->path));
	if (check->reason == IPE_REASON_TOO_LARGE)
		fprintf(stderr, ": it has more than %d bytes\n", IPE_CONFIGURATION_MAX);
	else
		fprintf(stderr, ": it is refused (%s). %s\n", ipe_reason_name(check->reason),
			ipe_reason_advice(check->reason));
	return STATUS_REFUSED;
}

/* NULL if nothing is wrong with the mode: each process reads the file, and only root may write it. */
static const char *fault_of_mode(int fd)
{
	struct stat st = { 0 };

	if (fstat(fd, &st) < 0)
		return "its mode cannot be read";
	if (st.st_mode & (S_IWGRP | S_IWOTH))
		return "its group or others may write to it: chmod go-w";
	return st.st_mode & S_IROTH ? NULL
				    : "others may not read it, but each process does: chmod a+r";
}

/* As the library does, which has to trust it. */
static enum exit_status read_file(struct configuration *file, int fd)
{
	struct ipe_check check;
	const char *fault;
	int error =
		fd < 0 ? fd : ipe_load_data(fd, file->text, sizeof(file->text), &file->len, &check);

	fault = error == 0 && check.verdict == IPE_ALLOW ? fault_of_mode(fd) : NULL;
	if (fault) {
		fputs("ipectl: config: ", stderr);
		print_escaped(stderr, file->path, strlen(file->path));
		fprintf(stderr, ": %s\n", fault);
		return STATUS_REFUSED;
	}
	if (error < 0) {
		fputs("ipectl: config: cannot read '", stderr);
		print_escaped(stderr, file->path, strlen(file->path));
		fprintf(stderr, "': %s; %s\n", strerror(-error), error_advice(-error));
		return STATUS_UNDECIDED;
	}
	return check.verdict == IPE_ALLOW ? STATUS_ALLOWED : refused(file, &check);
}

/* A folder is meant, and its name without a slash is that of a file. */
static void warn_of_folders(const struct configuration *file)
{
	for (size_t at = 0; at < file->judged.len; at += strlen(&file->room[at]) + 1) {
		const char *path = &file->room[at];
		struct stat st;

		if (path[strlen(path) - 1] == '/' || stat(path, &st) < 0 || !S_ISDIR(st.st_mode))
			continue;
		fputs("ipectl: config: warning: '", stderr);
		print_escaped(stderr, path, strlen(path));
		fputs("' is a folder, so nothing in it is judged: end it with a slash\n", stderr);
	}
}

static void print_settings(const struct configuration *file)
{
	const struct ipe_settings *settings = &file->settings;
	struct ipe_restrictions restrictions;

	ipe_query_restrictions(&restrictions);
	printf("inline   %s%s\n", inline_name(restrictions.inline_setting),
	       settings->inline_seen && settings->inline_setting == restrictions.inline_setting
		       ? ""
		       : ", which this build sets");
	printf("eval     %s\n",
	       settings->eval_is_inline ? "inline" : "not set: strings that are evaluated pass");
	printf("unknown  %s\n", settings->unknown_is_data ? "data" : "code");
	for (size_t at = 0; at < file->judged.len; at += strlen(&file->room[at]) + 1) {
		fputs("judge    ", stdout);
		print_name(&file->room[at]);
		putchar('\n');
	}
}

static enum exit_status look(struct configuration *file, int fd, bool is_candidate)
{
	enum exit_status ret = read_file(file, fd);

	if (ret == STATUS_ALLOWED) {
		find_faults(file);
		ret = file->faults ? STATUS_REFUSED : STATUS_ALLOWED;
	}
	if (ret != STATUS_ALLOWED && !is_candidate)
		complain("config: until it is corrected, code without a file and strings that are "
			 "evaluated are refused, and the shim judges every file");
	warn_of_folders(file);
	if (ret == STATUS_ALLOWED && is_candidate)
		puts("good");
	else if (ret == STATUS_ALLOWED)
		print_settings(file);
	return ret;
}

static enum exit_status show(const char *path)
{
	static struct configuration file;
	enum exit_status ret;
	int fd;

	file.path = path ? path : IPE_CONFIGURATION_FILE;
	file.judged.paths = file.room;
	file.settings.judged = &file.judged;
	fd = open(file.path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0 && errno == ENOENT && !path) {
		puts(IPE_CONFIGURATION_FILE " is not there");
		print_settings(&file);
		return STATUS_ALLOWED;
	}
	ret = look(&file, fd < 0 ? -errno : fd, path);
	if (fd >= 0)
		close(fd);
	return ret;
}

static enum exit_status run(int argc, char **argv)
{
	static const struct option long_options[] = { { "help", no_argument, NULL, 'h' }, { 0 } };
	int option;

	while ((option = getopt_long(argc, argv, "h", long_options, NULL)) != -1)
		return option == 'h' ? show_help(&cmd_config) : bad_option(&cmd_config, argv);
	if (argc - optind > 1)
		return usage_error(&cmd_config, "it takes one file");
	return show(argv[optind]);
}

const struct command cmd_config = {
	.name = "config",
	.summary = "show what is configured, or what is wrong with it",
	.help = "Usage: ipectl config [OPTION...] [FILE]\n"
		"Show what /etc/ipe-enlighten.conf sets, or where it is wrong: line, column, and what\n"
		"may be meant. With FILE, look at that instead, which may become it.\n\n"
		"Options:\n"
		"  -h, --help  show this help\n"
		"\nExit status: 0 it is good, 1 it is refused or wrong, 2 usage, 3 it cannot be read.\n"
		"See ipectl-config(1).\n",
	.run = run,
};
