/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ipectl.h"
#include "output.h"
#include "progress.h"
#include "scan/scan.h"

struct wish {
	const char *root;
	bool json;
	bool supervised;
};

static int compare_names(const void *a, const void *b)
{
	const struct file *const *left = a, *const *right = b;

	return strcmp((*left)->names[0], (*right)->names[0]);
}

static enum exit_status find_status(const struct scan *scan, bool supervised)
{
	enum state bar = supervised ? STATE_OPEN : STATE_SUPERVISED;

	if (scan->incomplete)
		return STATUS_UNDECIDED;
	for (size_t i = 0; i < scan->file_count; i++)
		if (found_interpreter(scan->files[i]) && scan->files[i]->state <= bar)
			return STATUS_REFUSED;
	return STATUS_ALLOWED;
}

static void look(struct scan *scan, int count, char **paths)
{
	struct progress progress = start_progress("files");
	char *everything = (char[]){ "/" };

	scan->progress = &progress;
	scan->matcher = make_matcher();
	if (count == 0) {
		paths = &everything;
		count = 1;
	}
	for (int i = 0; i < count; i++)
		walk_path(scan, paths[i]);
	resolve_scripts(scan);
	end_progress(&progress);
	spread_libraries(scan);
	find_twins(scan);
	find_states(scan);
}

static enum exit_status scan_paths(const struct wish *wish, int count, char **paths)
{
	struct scan scan = { .root = AT_FDCWD };
	enum exit_status status;

	if (wish->root) {
		scan.root = open(wish->root, O_PATH | O_DIRECTORY | O_CLOEXEC);
		if (scan.root < 0) {
			cannot_read(&scan, wish->root, errno);
			return STATUS_UNDECIDED;
		}
	}
	look(&scan, count, paths);
	if (scan.file_count > 0)
		qsort(scan.files, scan.file_count, sizeof(struct file *), compare_names);
	if (wish->json)
		print_json(&scan);
	else
		print_table(&scan);
	status = find_status(&scan, wish->supervised);
	free_files(&scan);
	free_scripts(&scan);
	free_matcher(scan.matcher);
	if (scan.root >= 0)
		close(scan.root);
	return status;
}

static enum exit_status run(int argc, char **argv)
{
	static const struct option long_options[] = {
		{ "help", no_argument, NULL, 'h' },
		{ "json", no_argument, NULL, 'j' },
		{ "root", required_argument, NULL, 'r' },
		{ "supervised", no_argument, NULL, 's' },
		{ 0 },
	};
	struct wish wish = { 0 };
	int option;

	while ((option = getopt_long(argc, argv, ":hjr:s", long_options, NULL)) != -1) {
		switch (option) {
		case 'h':
			return show_help(&cmd_scan);
		case 'j':
			wish.json = true;
			break;
		case 'r':
			wish.root = optarg;
			break;
		case 's':
			wish.supervised = true;
			break;
		case ':':
			return usage_error(&cmd_scan, "'--root' needs a directory");
		default:
			return bad_option(&cmd_scan, argv);
		}
	}
	return scan_paths(&wish, argc - optind, argv + optind);
}

const struct command cmd_scan = {
	.name = "scan",
	.summary = "find the interpreters in a tree, and whether they ask",
	.help = "Usage: ipectl scan [OPTION...] [PATH...]\n"
		"Find every interpreter below each PATH, or in the whole root, and say whether it asks\n"
		"the kernel about scripts. Files are read; nothing of the tree is executed.\n\n"
		"Options:\n"
		"  -h, --help       show this help\n"
		"  -j, --json       print one JSON array of objects\n"
		"  -r, --root DIR   take DIR for the root, PATH and symbolic links inside of it\n"
		"  -s, --supervised count those as closed that only 'ipectl run --supervise' covers\n"
		"\nExit status: 0 none is open, 1 one is open or cannot start, 2 usage, 3 something\n"
		"could not be read.\n"
		"See ipectl-scan(1).\n",
	.run = run,
};
