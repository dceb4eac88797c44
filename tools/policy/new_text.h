/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IPECTL_POLICY_NEW_TEXT_H
#define IPECTL_POLICY_NEW_TEXT_H

#include <stdio.h>

#include "code_files.h"

/* What a starter policy is to trust. */
struct starter {
	const char *name;
	const char *version;
	bool dmverity_signature;
	/* ALGORITHM:HEX, owned. */
	char **root_hashes;
	size_t root_hash_count;
	/* With digests by measure_files(). */
	struct code_files files;
	const char *algorithm;
	size_t digest_size;
	/* Leave comments out. */
	bool compact;
};

void write_starter(FILE *out, const struct starter *starter);

#endif
