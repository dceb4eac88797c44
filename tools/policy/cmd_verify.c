/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "keys.h"
#include "output.h"
#include "pkcs7.h"
#include "source.h"
#include "vocabulary.h"

static bool verify_source(const struct source *source, X509 *certificate, const char **ret_reason)
{
	switch (source->form) {
	case SOURCE_PKCS7:
		return pkcs7_verify((struct ipe_span){ source->bytes, source->size }, NULL,
				    certificate, ret_reason);
	case SOURCE_APPENDED:
		return pkcs7_verify(source->signature, &source->text, certificate, ret_reason);
	case SOURCE_TEXT:
	default:
		*ret_reason = "it is not signed";
		return false;
	}
}

static void print_text(const char *path, const struct ipe_policy *policy, const char *reason)
{
	char version[18];

	fputs(reason ? "bad   " : "good  ", stdout);
	print_escaped(stdout, path, strlen(path));
	if (policy) {
		struct ipe_span name = ipe_policy_get_name(policy);

		fputs(": policy ", stdout);
		print_escaped(stdout, name.at, name.len);
		printf(" %s", format_version(version, ipe_policy_get_version(policy)));
	}
	if (reason)
		printf(": %s", reason);
	putchar('\n');
}

static void print_object(const struct source *source, const struct ipe_policy *policy,
			 const char *reason)
{
	json_t *object = json_object();
	char version[18];

	json_put_name(object, "path", source->path);
	json_put(object, "good", json_boolean(reason == NULL));
	json_put_string(object, "reason", reason);
	json_put(object, "appended", json_boolean(source->form == SOURCE_APPENDED));
	if (policy) {
		struct ipe_span name = ipe_policy_get_name(policy);

		json_put_bytes(object, "name", name.at, name.len);
		json_put_string(object, "version",
				format_version(version, ipe_policy_get_version(policy)));
	}
	json_print(object);
	putchar('\n');
	json_decref(object);
}

static enum exit_status verify_file(const char *path, const char *certificate_path, bool json)
{
	X509 *certificate = load_certificate(certificate_path);
	struct ipe_policy *policy;
	const char *reason = NULL;
	struct source source;

	if (!certificate)
		return STATUS_UNDECIDED;
	if (!read_source(path, &source)) {
		X509_free(certificate);
		return STATUS_UNDECIDED;
	}
	policy = parse_source(&source);
	if (verify_source(&source, certificate, &reason) && !policy)
		reason = "the signature is good, but the policy is invalid";
	if (json)
		print_object(&source, policy, reason);
	else
		print_text(path, policy, reason);
	ipe_policy_free(policy);
	free_source(&source);
	X509_free(certificate);
	return reason ? STATUS_REFUSED : STATUS_ALLOWED;
}

static enum exit_status run(int argc, char **argv)
{
	static const struct option options[] = {
		{ "cert", required_argument, NULL, 'c' },
		{ "help", no_argument, NULL, 'h' },
		{ "json", no_argument, NULL, 'j' },
		{ 0 },
	};
	const char *certificate = NULL;
	bool json = false;
	int option;

	while ((option = getopt_long(argc, argv, "c:hj", options, NULL)) != -1) {
		switch (option) {
		case 'c':
			certificate = optarg;
			break;
		case 'h':
			return show_help(&policy_verify);
		case 'j':
			json = true;
			break;
		default:
			return bad_option(&policy_verify, argv);
		}
	}
	if (optind + 1 != argc || !certificate)
		return usage_error(&policy_verify, "name one file and a certificate");
	return verify_file(argv[optind], certificate, json);
}

const struct command policy_verify = {
	.name = "policy verify",
	.summary = "check a policy's signature",
	.help = "Usage: ipectl policy verify --cert CERTIFICATE [OPTION...] FILE\n"
		"Say whether the policy in FILE is valid and has been signed by the key of\n"
		"CERTIFICATE, or by one whose certificate is inside and has been signed by it.\n\n"
		"Options:\n"
		"  -c, --cert CERTIFICATE  as it is in the kernel's keyring\n"
		"  -h, --help              show this help\n"
		"  -j, --json              print a JSON object\n"
		"\nExit status: 0 good, 1 not, 2 usage, 3 something could not be read.\n"
		"See ipectl-policy(1).\n",
	.run = run,
};
