/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <getopt.h>
#include <libfsverity.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "digest_text.h"
#include "findings.h"
#include "memory.h"
#include "new_text.h"
#include "output.h"
#include "policy_name.h"
#include "warnings.h"
#include "write_file.h"

struct request {
	struct starter starter;
	const char *root;
	const char *output;
	struct measure_options measure;
	/* Of --from-dpkg: they are looked up below --root, wherever that stands. */
	const char **packages;
	size_t package_count;
	const char **directories;
	size_t directory_count;
	bool help;
};

static void complain_root_hash(const char *path)
{
	fputs("ipectl: policy new: '", stderr);
	print_escaped(stderr, path, strlen(path));
	fputs("' does not hold a root hash; name a file as 'veritysetup format --root-hash-file=' "
	      "writes it\n",
	      stderr);
}

/* HEX alone has the algorithm that its length tells. */
static char *complete_root_hash(struct ipe_span text)
{
	const char *algorithm = text.len == 128 ? "sha512:" : "sha256:";
	struct ipe_digest digest;
	uint8_t *bytes = NULL;
	char *full;

	full = format_text("%s%.*s", memchr(text.at, ':', text.len) ? "" : algorithm, (int)text.len,
			   text.at);
	if (!parse_digest((struct ipe_span){ full, strlen(full) }, &digest, &bytes) ||
	    digest.len == 0 || ipe_hash_size(digest.algorithm) != digest.len) {
		free(full);
		full = NULL;
	}
	free(bytes);
	return full;
}

static bool add_root_hash(struct starter *starter, const char *path)
{
	struct ipe_span text;
	size_t size;
	char *bytes;
	char *hash;

	if (!read_file(path, &bytes, &size))
		return false;
	text = (struct ipe_span){ bytes, size };
	while (text.len > 0 && strchr(" \t\r\n", bytes[text.len - 1]))
		text.len--;
	hash = text.len <= 256 && !memchr(bytes, '\0', text.len) ? complete_root_hash(text) : NULL;
	free(bytes);
	if (!hash) {
		complain_root_hash(path);
		return false;
	}
	starter->root_hashes =
		make_room(starter->root_hashes, starter->root_hash_count, sizeof(char *));
	starter->root_hashes[starter->root_hash_count++] = hash;
	return true;
}

static bool collect_files(struct request *request)
{
	struct code_files *files = &request->starter.files;
	bool listed = true;

	for (size_t i = 0; i < request->directory_count; i++)
		listed &= list_directory(request->directories[i], files);
	for (size_t i = 0; i < request->package_count; i++)
		listed &= list_package(request->packages[i], request->root, files);
	return listed && measure_files(files, &request->measure);
}

/* The core has the last word on the name and version of the command line. */
static bool is_valid(struct ipe_span text)
{
	struct source source = { .path = "the new policy", .text = text };
	struct ipe_policy *policy = parse_source(&source);
	bool valid = policy && complain_of_name(policy, &source) == 0;

	ipe_policy_free(policy);
	return valid;
}

/* Anything else would put more than itself into the policy. */
static bool is_word(const char *text)
{
	return text[strcspn(text, " \t\r\n#")] == '\0';
}

static enum exit_status write_policy(const struct request *request)
{
	enum exit_status status = STATUS_UNDECIDED;
	size_t len;
	char *text;
	FILE *out = open_memstream(&text, &len);

	if (out)
		write_starter(out, &request->starter);
	if (!out || fclose(out) != 0)
		give_up("out of memory; free some and try again");
	if (!is_valid((struct ipe_span){ text, len }))
		status = STATUS_USAGE;
	else if (write_file(request->output, text, len))
		status = STATUS_ALLOWED;
	if (status == STATUS_ALLOWED && len + SIGNATURE_ROOM > PKCS7_MAX)
		complain("policy new: the policy is too long for Linux's own IPE, which reads %u "
			 "bytes with the signature: try --compact or trust volumes by dm-verity",
			 PKCS7_MAX);
	free(text);
	if (status == STATUS_ALLOWED)
		tell_left_out(&request->starter.files);
	return status;
}

static void free_request(struct request *request)
{
	for (size_t i = 0; i < request->starter.root_hash_count; i++)
		free(request->starter.root_hashes[i]);
	free(request->starter.root_hashes);
	free_code_files(&request->starter.files);
	free(request->packages);
	free(request->directories);
}

static void add_name(const char ***names, size_t *count, const char *name)
{
	*names = make_room(*names, *count, sizeof(**names));
	(*names)[(*count)++] = name;
}

static const struct option long_options[] = {
	{ "all", no_argument, NULL, 'a' },
	{ "compact", no_argument, NULL, 'c' },
	{ "dmverity-signature", no_argument, NULL, 's' },
	{ "from-dir", required_argument, NULL, 'd' },
	{ "from-dpkg", required_argument, NULL, 'p' },
	{ "hash-alg", required_argument, NULL, 'g' },
	{ "help", no_argument, NULL, 'h' },
	{ "name", required_argument, NULL, 'n' },
	{ "output", required_argument, NULL, 'o' },
	{ "policy-version", required_argument, NULL, 'v' },
	{ "root", required_argument, NULL, 'R' },
	{ "roothash", required_argument, NULL, 'r' },
	{ 0 },
};

/* An option with an argument; STATUS_ALLOWED if it is fine. */
static enum exit_status take_argument(struct request *request, int option, const char *argument)
{
	switch (option) {
	case 'd':
		add_name(&request->directories, &request->directory_count, argument);
		return STATUS_ALLOWED;
	case 'p':
		add_name(&request->packages, &request->package_count, argument);
		return STATUS_ALLOWED;
	case 'g':
		request->measure.algorithm = libfsverity_find_hash_alg_by_name(argument);
		if (request->measure.algorithm)
			return STATUS_ALLOWED;
		return usage_error(&policy_new, "--hash-alg is sha256 or sha512");
	case 'n':
		request->starter.name = argument;
		return STATUS_ALLOWED;
	case 'o':
		request->output = argument;
		return STATUS_ALLOWED;
	case 'v':
		request->starter.version = argument;
		return STATUS_ALLOWED;
	case 'R':
		request->root = argument;
		return STATUS_ALLOWED;
	case 'r':
	default:
		return add_root_hash(&request->starter, argument) ? STATUS_ALLOWED
								  : STATUS_UNDECIDED;
	}
}

static enum exit_status parse(int argc, char **argv, struct request *request)
{
	enum exit_status status = STATUS_ALLOWED;
	int option;

	while (status == STATUS_ALLOWED &&
	       (option = getopt_long(argc, argv, "achn:o:", long_options, NULL)) != -1) {
		if (option == 'a')
			request->measure.all = true;
		else if (option == 'c')
			request->starter.compact = true;
		else if (option == 's')
			request->starter.dmverity_signature = true;
		else if (option == 'h')
			request->help = true;
		else if (option == '?')
			status = bad_option(&policy_new, argv);
		else
			status = take_argument(request, option, optarg);
	}
	/* The packages that follow the first one. */
	while (status == STATUS_ALLOWED && request->package_count > 0 && optind < argc)
		add_name(&request->packages, &request->package_count, argv[optind++]);
	if (status == STATUS_ALLOWED &&
	    !(is_word(request->starter.name) && is_word(request->starter.version)))
		status = usage_error(&policy_new, "a name and a version have no blanks and no '#'");
	if (status == STATUS_ALLOWED && optind < argc)
		status = usage_error(&policy_new, "only --from-dpkg takes further arguments");
	return status;
}

static enum exit_status run(int argc, char **argv)
{
	struct request request = {
		.starter = { .name = "device", .version = "0.0.1", .files.root = AT_FDCWD },
		.root = "/",
		.output = "-",
		.measure.algorithm = FS_VERITY_HASH_ALG_SHA256,
	};
	enum exit_status status;

	status = parse(argc, argv, &request);
	if (status == STATUS_ALLOWED && request.help) {
		status = show_help(&policy_new);
	} else if (status == STATUS_ALLOWED) {
		request.starter.algorithm = libfsverity_get_hash_name(request.measure.algorithm);
		request.starter.digest_size =
			(size_t)libfsverity_get_digest_size(request.measure.algorithm);
		status = collect_files(&request) ? write_policy(&request) : STATUS_UNDECIDED;
	}
	free_request(&request);
	return status;
}

const struct command policy_new = {
	.name = "policy new",
	.summary = "write a commented policy to start from",
	.help = "Usage: ipectl policy new [OPTION...] [--from-dpkg PACKAGE...]\n"
		"Write a policy that trusts the initramfs and what the options name, and nothing\n"
		"else.\n\n"
		"Options:\n"
		"      --dmverity-signature   volumes whose root hash is signed\n"
		"      --roothash FILE        the volume whose root hash FILE holds\n"
		"      --from-dir DIR         every program, library and script below DIR, on its\n"
		"                             file system, by its fs-verity digest\n"
		"      --from-dpkg PACKAGE... likewise the files of Debian packages\n"
		"      --root DIR             where the packages are installed; / if not given\n"
		"  -a, --all                  every file, not only what looks like code\n"
		"      --hash-alg NAME        sha256 or sha512; sha256 if not given\n"
		"  -n, --name NAME            the policy's name; 'device' if not given\n"
		"      --policy-version X.Y.Z its version; 0.0.1 if not given\n"
		"  -c, --compact              write no comments\n"
		"  -o, --output FILE          write to FILE instead of standard output\n"
		"  -h, --help                 show this help\n"
		"\nExit status: 0 written, 2 usage, 3 something could not be read or written; then\n"
		"there is no policy.\n"
		"See ipectl-policy(1).\n",
	.run = run,
};
