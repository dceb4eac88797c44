/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IPECTL_POLICY_POLICY_NAME_H
#define IPECTL_POLICY_POLICY_NAME_H

#include "findings.h"
#include "source.h"

/*
 * The kernel makes a directory of a policy's name: 0, or the errno that it gives for this name,
 * with the reason for it in @ret_sentence, which is static.
 */
int refuse_name(struct ipe_span name, const char **ret_sentence);

/* An error for a name that the kernel refuses, a warning for one that is hardly meant. */
void judge_name(const struct ipe_policy *policy, struct ipe_span text, struct findings *findings);

/* The same on standard error; 0, or the kernel's errno. */
int complain_of_name(const struct ipe_policy *policy, const struct source *source);

#endif
