/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IPECTL_POLICY_FILE_FACTS_H
#define IPECTL_POLICY_FILE_FACTS_H

#include "core/policy.h"
#include "why.h"

/* What IPE knows of a file, as far as it can be found out without being the kernel. */
struct file_facts {
	struct ipe_facts facts;
	/* Where each fact is from, static; NULL where that goes without saying. */
	const char *flag_reason[IPE_FLAG_COUNT];
	const char *digest_reason[IPE_DIGEST_KIND_COUNT];
	/* What the digests are borrowed from. */
	struct why why;
	uint8_t *root_hash;
};

/* Complains and returns false if there is no such file. */
bool collect_file_facts(const char *path, struct file_facts *ret);
void free_file_facts(struct file_facts *facts);

#endif
