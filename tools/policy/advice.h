/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IPECTL_POLICY_ADVICE_H
#define IPECTL_POLICY_ADVICE_H

#include "core/policy.h"

/*
 * The sentence of an error, followed by what its author may have meant and by the character that
 * looks like a blank and is none. @line is where the error stands, without its end. To be freed.
 */
char *explain_error(const struct ipe_parse_error *error, struct ipe_span line);

/* Whether a word resembles a name: its case or a few letters differ. */
bool resembles(struct ipe_span word, const char *name);

/* The name of an algorithm that this one resembles, or NULL. */
const char *near_algorithm(struct ipe_span name);

#endif
