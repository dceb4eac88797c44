/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IPECTL_POLICY_WARNINGS_H
#define IPECTL_POLICY_WARNINGS_H

#include "findings.h"
#include "source.h"

/* The kernel's ASN.1 decoder reads no more: what PKCS#7 with the text inside can have in all. */
#define PKCS7_MAX 65535U

/* About what a signature by an RSA key of 4096 bits and a long issuer take. */
#define SIGNATURE_ROOM 1024U

/* What is legal in a policy and yet hardly meant. */
void warn_of_rules(const struct ipe_policy *policy, struct lines *lines, struct findings *findings);
/* Rules and policies that leave everything as it would be without them. */
void warn_of_effect(const struct ipe_policy *policy, struct lines *lines,
		    struct findings *findings);
void warn_of_text(const struct source *source, struct findings *findings);
void warn_of_defaults(const struct ipe_policy *policy, struct lines *lines,
		      struct findings *findings);

#endif
