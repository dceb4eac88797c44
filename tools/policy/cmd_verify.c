/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "keys.h"
#include "memory.h"
#include "output.h"
#include "pkcs7.h"
#include "policy_name.h"
#include "source.h"
#include "vocabulary.h"

/* What is to be told of a file. */
struct verdict {
	const struct source *source;
	const struct ipe_policy *policy;
	/* NULL if it is good; owned. */
	char *reason;
	/* The errno that the kernel gives, 0 if it is good. */
	int error;
};

static bool verify_source(const struct source *source, X509 *certificate, struct refusal *ret)
{
	if (source->form == SOURCE_APPENDED)
		return pkcs7_verify(source->signature, &source->text, certificate, ret);
	return pkcs7_verify((struct ipe_span){ source->bytes, source->size }, NULL, certificate,
			    ret);
}

static void judge(struct verdict *verdict, X509 *certificate)
{
	struct refusal refusal = { 0 };

	if (verdict->source->form == SOURCE_TEXT) {
		verdict->error = EBADMSG;
		verdict->reason = format_text("it is not signed");
	} else if (!verify_source(verdict->source, certificate, &refusal)) {
		verdict->error = refusal_error(&refusal);
		verdict->reason = format_refusal(&refusal);
	} else if (!verdict->policy) {
		verdict->error = EBADMSG;
		verdict->reason = format_text("the signature is good, but the policy is invalid");
	} else {
		verdict->error = complain_of_name(verdict->policy, verdict->source);
		if (verdict->error)
			verdict->reason = format_text("the signature is good, but the kernel does "
						      "not take the policy's name");
	}
}

static void print_text(const struct verdict *verdict)
{
	char version[18];

	fputs(verdict->reason ? "bad   " : "good  ", stdout);
	print_escaped(stdout, verdict->source->path, strlen(verdict->source->path));
	if (verdict->policy) {
		struct ipe_span name = ipe_policy_get_name(verdict->policy);

		fputs(": policy ", stdout);
		print_escaped(stdout, name.at, name.len);
		printf(" %s", format_version(version, ipe_policy_get_version(verdict->policy)));
	}
	if (verdict->reason)
		printf(": %s (%s)", verdict->reason, error_name(verdict->error));
	putchar('\n');
}

static void print_object(const struct verdict *verdict)
{
	json_t *object = json_object();
	char version[18];

	json_put_name(object, "path", verdict->source->path);
	json_put(object, "good", json_boolean(verdict->reason == NULL));
	json_put_string(object, "error", verdict->error ? error_name(verdict->error) : NULL);
	json_put_name(object, "reason", verdict->reason);
	json_put(object, "appended", json_boolean(verdict->source->form == SOURCE_APPENDED));
	if (verdict->policy) {
		struct ipe_span name = ipe_policy_get_name(verdict->policy);

		json_put_bytes(object, "name", name.at, name.len);
		json_put_string(object, "version",
				format_version(version, ipe_policy_get_version(verdict->policy)));
	}
	json_print(object);
	putchar('\n');
	json_decref(object);
}

static enum exit_status verify_file(const char *path, const char *certificate_path, bool json)
{
	X509 *certificate = load_certificate(certificate_path);
	struct verdict verdict = { 0 };
	struct ipe_policy *policy;
	enum exit_status status;
	struct source source;

	if (!certificate)
		return STATUS_UNDECIDED;
	if (!read_source(path, &source)) {
		X509_free(certificate);
		return STATUS_UNDECIDED;
	}
	policy = parse_source(&source);
	verdict.source = &source;
	verdict.policy = policy;
	judge(&verdict, certificate);
	if (json)
		print_object(&verdict);
	else
		print_text(&verdict);
	status = verdict.reason ? STATUS_REFUSED : STATUS_ALLOWED;
	free(verdict.reason);
	ipe_policy_free(policy);
	free_source(&source);
	X509_free(certificate);
	return status;
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
		"Say whether the kernel takes the policy in FILE if CERTIFICATE is in its keyring:\n"
		"it is valid and signed, in a form that the kernel reads, by that key or by one\n"
		"whose certificate is inside and has been signed by it.\n\n"
		"Options:\n"
		"  -c, --cert CERTIFICATE  as it is in the kernel's keyring\n"
		"  -h, --help              show this help\n"
		"  -j, --json              print a JSON object\n"
		"\nExit status: 0 good, 1 not, 2 usage, 3 something could not be read.\n"
		"See ipectl-policy(1).\n",
	.run = run,
};
