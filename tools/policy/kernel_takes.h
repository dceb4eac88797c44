/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IPECTL_POLICY_KERNEL_TAKES_H
#define IPECTL_POLICY_KERNEL_TAKES_H

#include <openssl/cms.h>
#include <stdbool.h>

enum kernel_refusal {
	KERNEL_TAKES,
#define KERNEL_REFUSAL(id, error, sentence) KERNEL_REFUSES_##id,
#include "kernel_takes.def"
};

/* Why the kernel refuses a signature or certificate. Zeroed, it does not. */
struct refusal {
	enum kernel_refusal reason;
	/* Of what the sentence speaks, where it has a name. */
	char subject[64];
};

/* These note the reason and return false, so that they can end a check. */
bool refuse(struct refusal *refusal, enum kernel_refusal reason);
bool refuse_named(struct refusal *refusal, enum kernel_refusal reason, const char *subject);

/* The errno that the kernel gives; and what to tell, to be freed. */
int refusal_error(const struct refusal *refusal);
char *format_refusal(const struct refusal *refusal);

/* False if the kernel cannot read the certificate. */
bool takes_certificate(X509 *certificate, struct refusal *ret);

/* False if the kernel cannot read the message, or refuses its form whoever has signed. */
bool takes_message(CMS_ContentInfo *cms, struct refusal *ret);

/* An object's name for people. */
const char *object_name(const ASN1_OBJECT *object, char buf[64]);

#endif
