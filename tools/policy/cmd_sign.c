/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <arpa/inet.h>
#include <getopt.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "commands.h"
#include "keys.h"
#include "memory.h"
#include "output.h"
#include "pkcs7.h"
#include "policy_name.h"
#include "source.h"
#include "warnings.h"
#include "write_file.h"

struct signing {
	const char *key;
	const char *certificate;
	const char *passphrase_file;
	const char *output;
	bool appended;
	bool no_check;
};

/*
 * What follows the signature of a kernel module, and here of a policy: struct module_signature of
 * Linux, include/linux/module_signature.h, then a line that says so.
 */
struct module_signature {
	uint8_t algorithm;
	uint8_t hash;
	/* 2 is PKEY_ID_PKCS7; everything else but the length is 0 then. */
	uint8_t id_type;
	uint8_t signer_len;
	uint8_t key_id_len;
	uint8_t pad[3];
	/* Of the signature, big-endian. */
	uint32_t signature_len;
};

_Static_assert(sizeof(struct module_signature) == 12, "the trailer has 12 bytes");

#define PKEY_ID_PKCS7 2
#define MAGIC	      "~Module signature appended~\n"

static uint8_t *append(struct ipe_span text, const uint8_t *signature, size_t len, size_t *ret_len)
{
	const struct module_signature trailer = {
		.id_type = PKEY_ID_PKCS7,
		.signature_len = htonl((uint32_t)len),
	};
	uint8_t *file = allocate(text.len + len + sizeof(trailer) + strlen(MAGIC), 1);
	uint8_t *end = file;

	end = mempcpy(end, text.at, text.len);
	end = mempcpy(end, signature, len);
	end = mempcpy(end, &trailer, sizeof(trailer));
	end = mempcpy(end, MAGIC, strlen(MAGIC));
	*ret_len = (size_t)(end - file);
	return file;
}

static enum exit_status write_signed(const struct signing *signing, const uint8_t *bytes,
				     size_t len)
{
	bool written;

	if (!signing->appended && len > PKCS7_MAX) {
		complain(
			"policy sign: the signed policy has %zu bytes, and Linux reads no more than "
			"%u; sign it with --appended for the kernel of ipe-enlighten",
			len, PKCS7_MAX);
		return STATUS_REFUSED;
	}
	written = write_file(signing->output, bytes, len);
	return written ? STATUS_ALLOWED : STATUS_UNDECIDED;
}

static enum exit_status sign_with(const struct signing *signing, const struct source *source,
				  X509 *certificate, EVP_PKEY *key)
{
	enum exit_status status;
	uint8_t *message;
	uint8_t *file;
	size_t len;

	message = pkcs7_sign(source->text, certificate, key, signing->appended, &len);
	if (!message)
		return STATUS_UNDECIDED;
	if (!signing->appended) {
		status = write_signed(signing, message, len);
	} else {
		file = append(source->text, message, len, &len);
		status = write_signed(signing, file, len);
		free(file);
	}
	OPENSSL_free(message);
	return status;
}

/* Whether the kernel could use the certificate; complains. */
static bool check_certificate(X509 *certificate)
{
	struct refusal refusal = { 0 };
	char *sentence;

	if (takes_certificate(certificate, &refusal))
		return true;
	sentence = format_refusal(&refusal);
	complain("policy sign: the kernel would refuse the certificate: %s (%s)", sentence,
		 error_name(refusal_error(&refusal)));
	free(sentence);
	return false;
}

static enum exit_status sign_source(const struct signing *signing, const struct source *source)
{
	enum exit_status status = STATUS_UNDECIDED;
	X509 *certificate = load_certificate(signing->certificate);
	EVP_PKEY *key = certificate ? load_key(signing->key, signing->passphrase_file) : NULL;

	if (key && check_key_pair(certificate, key))
		status = signing->no_check || check_certificate(certificate)
				 ? sign_with(signing, source, certificate, key)
				 : STATUS_REFUSED;
	EVP_PKEY_free(key);
	X509_free(certificate);
	return status;
}

/* Where the result goes, to be freed. */
static char *name_output(const struct signing *signing, const char *path)
{
	if (signing->output)
		return format_text("%s", signing->output);
	if (strcmp(path, "-") == 0)
		return format_text("-");
	return format_text("%s.%s", path, signing->appended ? "signed" : "p7b");
}

/* Also by a link, or by another name. */
static bool is_same_file(const char *output, const char *input)
{
	struct stat a;
	struct stat b;
	int error = strcmp(input, "-") == 0 ? fstat(STDIN_FILENO, &b) : stat(input, &b);

	return error == 0 && stat(output, &a) == 0 && S_ISREG(a.st_mode) && a.st_dev == b.st_dev &&
	       a.st_ino == b.st_ino;
}

/* What is read is never overwritten; complains. */
static bool check_output(const struct signing *signing, const char *path)
{
	if (strcmp(signing->output, "-") == 0 ||
	    (!is_same_file(signing->output, path) && !is_same_file(signing->output, signing->key) &&
	     !is_same_file(signing->output, signing->certificate)))
		return true;
	fputs("ipectl: policy sign: '", stderr);
	print_escaped(stderr, signing->output, strlen(signing->output));
	fputs("' is read and would be overwritten; name another file with -o\n", stderr);
	return false;
}

static enum exit_status sign_file(const struct signing *signing, const char *path)
{
	enum exit_status status = STATUS_REFUSED;
	struct ipe_policy *policy = NULL;
	struct source source;

	if (!read_source(path, &source))
		return STATUS_UNDECIDED;
	if (!signing->no_check)
		policy = parse_source(&source);
	if (signing->no_check || (policy && complain_of_name(policy, &source) == 0))
		status = sign_source(signing, &source);
	else
		complain("policy sign: the kernel would refuse this policy; correct it, or sign it "
			 "with --no-check");
	ipe_policy_free(policy);
	free_source(&source);
	return status;
}

static const struct option long_options[] = {
	{ "appended", no_argument, NULL, 'a' },
	{ "cert", required_argument, NULL, 'c' },
	{ "help", no_argument, NULL, 'h' },
	{ "key", required_argument, NULL, 'k' },
	{ "no-check", no_argument, NULL, 'n' },
	{ "output", required_argument, NULL, 'o' },
	{ "passphrase-file", required_argument, NULL, 'p' },
	{ 0 },
};

/* False if there is no such option, or it is --help. */
static bool take_option(struct signing *signing, int option)
{
	switch (option) {
	case 'a':
		signing->appended = true;
		return true;
	case 'c':
		signing->certificate = optarg;
		return true;
	case 'k':
		signing->key = optarg;
		return true;
	case 'n':
		signing->no_check = true;
		return true;
	case 'o':
		signing->output = optarg;
		return true;
	case 'p':
		signing->passphrase_file = optarg;
		return true;
	default:
		return false;
	}
}

static enum exit_status run(int argc, char **argv)
{
	struct signing signing = { 0 };
	enum exit_status status;
	char *output;
	int option;

	while ((option = getopt_long(argc, argv, "ac:hk:o:", long_options, NULL)) != -1) {
		if (option == 'h')
			return show_help(&policy_sign);
		if (!take_option(&signing, option))
			return bad_option(&policy_sign, argv);
	}
	if (optind + 1 != argc || !signing.key || !signing.certificate)
		return usage_error(&policy_sign, "name one file, a key and its certificate");
	output = name_output(&signing, argv[optind]);
	signing.output = output;
	status = check_output(&signing, argv[optind]) ? sign_file(&signing, argv[optind])
						      : STATUS_USAGE;
	free(output);
	return status;
}

const struct command policy_sign = {
	.name = "policy sign",
	.summary = "sign a policy in the form that the kernel takes",
	.help = "Usage: ipectl policy sign --key KEY --cert CERTIFICATE [OPTION...] FILE\n"
		"Sign the policy in FILE; the result is FILE.p7b, or FILE.signed if the signature\n"
		"is appended. '-' is standard input, and its result standard output.\n\n"
		"Options:\n"
		"  -k, --key KEY               RSA or EC private key: a file, or the pkcs11: URI of\n"
		"                              one in a token\n"
		"  -c, --cert CERTIFICATE      its certificate\n"
		"      --passphrase-file FILE  the key's passphrase or PIN is FILE's first line\n"
		"  -o, --output FILE           write to FILE\n"
		"  -a, --appended              the text with the signature behind it, as kernel\n"
		"                              modules have it; Linux's own IPE does not take it\n"
		"      --no-check              sign what the kernel would refuse, too\n"
		"  -h, --help                  show this help\n"
		"\nExit status: 0 signed, 1 the kernel would refuse it, 2 usage, 3 something could\n"
		"not be read, written or used for signing.\n"
		"See ipectl-policy(1).\n",
	.run = run,
};
