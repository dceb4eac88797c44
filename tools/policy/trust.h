/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IPECTL_POLICY_TRUST_H
#define IPECTL_POLICY_TRUST_H

#include "core/policy.h"
#include "kernel_takes.h"

/*
 * Whether the kernel trusts a message of this content whose form it takes, if its keyring has
 * @trusted and nothing else; the reason otherwise is in @ret.
 */
bool trusts_message(CMS_ContentInfo *cms, struct ipe_span content, X509 *trusted,
		    struct refusal *ret);

#endif
