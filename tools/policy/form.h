/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IPECTL_POLICY_FORM_H
#define IPECTL_POLICY_FORM_H

#include "core/policy.h"

/*
 * What a file is that was given for a policy's text and is something else, with what to do; NULL
 * where that cannot be seen from its beginning. Static.
 */
const char *describe_form(struct ipe_span bytes);

#endif
