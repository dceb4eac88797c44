/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IPECTL_POLICY_KEYS_H
#define IPECTL_POLICY_KEYS_H

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdbool.h>

/*
 * The first certificate or private key of a file in PEM, DER or PKCS#12; the key also of a pkcs11:
 * URI. They complain and return NULL if there is none.
 */
X509 *load_certificate(const char *where);

/*
 * @passphrase_file has the passphrase in its first line; NULL: it is asked for, if standard input
 * is a terminal.
 */
EVP_PKEY *load_key(const char *where, const char *passphrase_file);

/* Whether the kernel can verify with this key, and it belongs to the certificate; complains. */
bool check_key_pair(X509 *certificate, EVP_PKEY *key);

#endif
