/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IPECTL_POLICY_PKCS7_H
#define IPECTL_POLICY_PKCS7_H

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "core/policy.h"
#include "kernel_takes.h"

/* The text inside a PKCS#7 message, copied, to be freed; false if there is none. */
bool pkcs7_content(struct ipe_span message, char **ret, size_t *ret_len);

/*
 * Signs in the form that the kernel reads: no attributes, no certificates. The message has the text
 * inside unless it is detached. NULL and a complaint if it cannot be done; to be freed.
 */
uint8_t *pkcs7_sign(struct ipe_span text, X509 *certificate, EVP_PKEY *key, bool detached,
		    size_t *ret_len);

/*
 * Whether the kernel finds the message good if @certificate is in its keyring; with @text, the
 * message is detached from it. The reason otherwise is in @ret.
 */
bool pkcs7_verify(struct ipe_span message, const struct ipe_span *text, X509 *certificate,
		  struct refusal *ret);

/* Whether the kernel reads the message, whoever has signed it; else the reason is in @ret. */
bool pkcs7_is_taken(struct ipe_span message, struct refusal *ret);

/* What OpenSSL says last, and forget the rest; never NULL. */
const char *openssl_reason(void);

#endif
