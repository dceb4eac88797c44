/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IPECTL_POLICY_VOCABULARY_H
#define IPECTL_POLICY_VOCABULARY_H

#include <stdio.h>

#include "core/policy.h"

#define MASK(bit) (1U << (bit))

/* The number of a name, or the vocabulary's count if it has none such. */
unsigned int find_op(struct ipe_span name);
unsigned int find_flag(struct ipe_span name);
unsigned int find_digest_kind(struct ipe_span name);

/* The flags that Linux's own IPE does not know, as a bit mask. */
uint32_t extension_flags(void);

/* The name of the errno that a reason stands for. */
const char *parse_error_name(enum ipe_parse_reason reason);

/* What it says to a policy's author. */
const char *parse_error_sentence(enum ipe_parse_reason reason);

/* A rule, a DEFAULT, a version in canonical form. The first two are to be freed. */
char *format_rule(const struct ipe_policy *policy, uint32_t rule);
char *format_default(unsigned int op, enum ipe_action action);
char *format_version(char buf[18], uint64_t version);

/* What decides where no rule applies: the default of @op or the global one. */
enum ipe_action default_action(const struct ipe_policy *policy, unsigned int op,
			       uint32_t *ret_line);

#endif
