/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IPECTL_POLICY_ERRORS_H
#define IPECTL_POLICY_ERRORS_H

#include "findings.h"

/*
 * All that is wrong with a text that was refused, in the order of its lines, but not what only
 * follows from an error before. @first is what ipe_policy_parse() says of it; it is among them.
 */
void find_errors(struct ipe_span text, uint32_t flags, const struct ipe_parse_error *first,
		 struct findings *findings);

#endif
