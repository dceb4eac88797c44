/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IPECTL_POLICY_SOURCE_H
#define IPECTL_POLICY_SOURCE_H

#include "core/policy.h"
#include "ipectl.h"

enum source_form {
	/* The policy's text. */
	SOURCE_TEXT,
	/* PKCS#7 with the text inside. */
	SOURCE_PKCS7,
	/* The text, then its detached PKCS#7 signature and the trailer of kernel modules. */
	SOURCE_APPENDED,
};

/* A policy as it was read from a file, in any of the three forms. */
struct source {
	const char *path;
	enum source_form form;
	char *bytes;
	size_t size;
	/* A part of @bytes; for SOURCE_PKCS7 a copy. */
	struct ipe_span text;
	char *copy;
	/* Of SOURCE_APPENDED, a part of @bytes. */
	struct ipe_span signature;
};

/* Reads all of a file, of standard input for "-"; complains and returns false if it cannot. */
bool read_file(const char *path, char **ret_bytes, size_t *ret_size);

/* A file, by read_file(), and the policy's text in it. */
bool read_source(const char *path, struct source *ret);
void free_source(struct source *source);

/*
 * The policy of a text, read with IPE_PARSE_* flags; where it is wrong, NULL and the reason in
 * @reterr.
 */
struct ipe_policy *parse_text(struct ipe_span text, uint32_t flags, struct ipe_parse_error *reterr);

/* Likewise of a source with extensions; prints all that is wrong on standard error. */
struct ipe_policy *parse_source(const struct source *source);

/* read_source() and parse_source(); STATUS_UNDECIDED or STATUS_REFUSED where one fails. */
enum exit_status open_policy(const char *path, struct source *ret_source,
			     struct ipe_policy **ret_policy);

#endif
