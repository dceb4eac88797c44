/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ipe-enlighten.h"
#include "ipectl.h"
#include "output.h"

/* A script is not that large; a sparse file of any size must not exhaust the memory. */
#define LOAD_MAX ((size_t)256 << 20)

/* @bytes ends with a NUL that @len does not count. */
struct name {
	char bytes[PATH_MAX];
	size_t len;
	/* The name was longer than any path can be, and this is its start. */
	bool cut;
};

struct check_options {
	bool json;
	bool load;
	char delimiter;
};

/* What the command has printed so far. */
struct progress {
	const struct check_options *options;
	enum exit_status status;
	bool any;
};

/* 1 if there was a name, whose delimiter may be missing at the end of the list; 0 at the end. */
static int read_name(FILE *list, char delimiter, struct name *ret)
{
	bool any = false;
	int c;

	ret->len = 0;
	ret->cut = false;
	while ((c = getc_unlocked(list)) != EOF && c != delimiter) {
		any = true;
		if (ret->len < sizeof(ret->bytes) - 1)
			ret->bytes[ret->len++] = (char)c;
		else
			ret->cut = true;
	}
	ret->bytes[ret->len] = '\0';
	if (c == EOF && ferror(list))
		return errno ? -errno : -EIO;
	return any || c == delimiter;
}

static int load_through(int fd, struct ipe_check *check)
{
	size_t size = check->size < LOAD_MAX ? (size_t)check->size : LOAD_MAX;
	void *buf = malloc(size + 1);
	int error = -ENOMEM;
	size_t len;

	if (buf)
		error = ipe_load_fd(fd, buf, size, &len, check);
	free(buf);
	if (error < 0)
		*check = (struct ipe_check){ 0 };
	return error;
}

/* 0 when there is a verdict. */
static int judge(const struct name *name, bool load, struct ipe_check *check)
{
	int error = 0;
	int fd;

	*check = (struct ipe_check){ 0 };
	if (strlen(name->bytes) != name->len)
		return -EINVAL;
	if (name->cut)
		return -ENAMETOOLONG;
	fd = ipe_open_code(AT_FDCWD, name->bytes, check);
	/* A socket, or a device that is not there. */
	if (fd == -ENXIO) {
		check->reason = IPE_REASON_NOT_REGULAR;
		return 0;
	}
	if (fd < 0)
		return check->reason == IPE_REASON_UNDECIDED ? fd : 0;
	if (load)
		error = load_through(fd, check);
	close(fd);
	return error;
}

static void print_json(const struct name *name, int error, const struct ipe_check *check,
		       bool first)
{
	json_t *object = json_object();

	json_put_bytes(object, "path", name->bytes, name->len);
	if (name->cut)
		json_put(object, "path_cut", json_true());
	json_put_string(object, "verdict", check->verdict == IPE_ALLOW ? "allow" : "deny");
	json_put_string(object, "reason", ipe_reason_name(check->reason));
	json_put_string(object, "advice", ipe_reason_advice(check->reason));
	json_put_string(object, "mmap_probe", answer_name(check->mmap_probe));
	json_put_string(object, "exec_probe", answer_name(check->exec_probe));
	json_put(object, "size", json_integer((json_int_t)check->size));
	json_put_string(object, "error", error < 0 ? error_name(-error) : NULL);
	fputs(first ? "" : ",\n", stdout);
	json_print(object);
	json_decref(object);
}

static void print_undecided(const struct name *name, int error)
{
	const char *why = strerror(-error);
	const char *advice = error_advice(-error);

	if (strlen(name->bytes) != name->len) {
		why = "the name contains a NUL byte";
		advice = "separate the names with newlines, or use --null";
	}
	fputs("ipectl: check: cannot judge '", stderr);
	print_escaped(stderr, name->bytes, name->len);
	fprintf(stderr, "%s': %s; %s\n", name->cut ? "..." : "", why, advice);
}

static void print_text(const struct name *name, int error, const struct ipe_check *check)
{
	if (error < 0) {
		print_undecided(name, error);
		return;
	}
	fputs(check->verdict == IPE_ALLOW ? "allow  " : "deny   ", stdout);
	print_escaped(stdout, name->bytes, name->len);
	if (check->verdict != IPE_ALLOW)
		printf(": %s: %s", ipe_reason_name(check->reason),
		       ipe_reason_advice(check->reason));
	putchar('\n');
}

static void note_status(struct progress *progress, enum exit_status status)
{
	if (status > progress->status)
		progress->status = status;
}

static void check_one(struct progress *progress, const struct name *name)
{
	struct ipe_check check;
	int error = judge(name, progress->options->load, &check);

	if (error < 0)
		note_status(progress, STATUS_UNDECIDED);
	else if (check.verdict != IPE_ALLOW)
		note_status(progress, STATUS_REFUSED);
	if (progress->options->json)
		print_json(name, error, &check, !progress->any);
	else
		print_text(name, error, &check);
	progress->any = true;
}

static void check_list(struct progress *progress)
{
	struct name name;
	int ret = 0;

	while (flush_output() && (ret = read_name(stdin, progress->options->delimiter, &name)) > 0)
		check_one(progress, &name);
	if (ret < 0) {
		complain("check: cannot read the list of files from standard input: %s; "
			 "names after this point were not judged",
			 strerror(-ret));
		note_status(progress, STATUS_UNDECIDED);
	}
}

static void check_operand(struct progress *progress, const char *operand)
{
	struct name name = { .len = strlen(operand) };

	if (strcmp(operand, "-") == 0) {
		check_list(progress);
		return;
	}
	if (name.len >= sizeof(name.bytes)) {
		name.len = sizeof(name.bytes) - 1;
		name.cut = true;
	}
	memcpy(name.bytes, operand, name.len);
	check_one(progress, &name);
}

static enum exit_status check_all(const struct check_options *options, char **operands)
{
	struct progress progress = { .options = options, .status = STATUS_ALLOWED };

	if (options->json)
		fputs("[\n", stdout);
	while (*operands && flush_output())
		check_operand(&progress, *operands++);
	if (options->json)
		fputs(progress.any ? "\n]\n" : "]\n", stdout);
	return progress.status;
}

static enum exit_status run(int argc, char **argv)
{
	static const struct option long_options[] = {
		{ "help", no_argument, NULL, 'h' },
		{ "json", no_argument, NULL, 'j' },
		{ "load", no_argument, NULL, 'l' },
		{ "null", no_argument, NULL, '0' },
		{ 0 },
	};
	struct check_options options = { .delimiter = '\n' };
	int option;

	while ((option = getopt_long(argc, argv, "0hjl", long_options, NULL)) != -1) {
		switch (option) {
		case '0':
			options.delimiter = '\0';
			break;
		case 'j':
			options.json = true;
			break;
		case 'l':
			options.load = true;
			break;
		case 'h':
			return show_help(&cmd_check);
		default:
			return bad_option(&cmd_check, argv);
		}
	}
	if (optind == argc)
		return usage_error(&cmd_check, "name at least one file, or '-' for a list");
	return check_all(&options, argv + optind);
}

const struct command cmd_check = {
	.name = "check",
	.summary = "say for each file whether it may be interpreted",
	.help = "Usage: ipectl check [OPTION...] FILE...\n"
		"Say for each FILE whether it may be interpreted, and if not, why.\n\n"
		"'-' stands for a list of files on standard input, one a line.\n\n"
		"Options:\n"
		"  -0, --null  the list's names end with NUL, not with a newline\n"
		"  -h, --help  show this help\n"
		"  -j, --json  print a JSON array with an object for each file\n"
		"  -l, --load  also read each file to its end, as an interpreter would\n"
		"\nExit status: 0 all are allowed, 1 one is refused, 2 usage, 3 one could not be\n"
		"judged, which outranks a refusal. See ipectl-check(1).\n",
	.run = run,
};
