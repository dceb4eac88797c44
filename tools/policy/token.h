/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IPECTL_POLICY_TOKEN_H
#define IPECTL_POLICY_TOKEN_H

#include <openssl/evp.h>
#include <openssl/ui.h>
#include <stdbool.h>

enum token_access {
	/* OSSL_STORE_open() knows pkcs11: URIs. */
	TOKEN_BY_PROVIDER,
	/* load_token_key() does. */
	TOKEN_BY_ENGINE,
	/* Neither is installed. */
	TOKEN_BY_NOTHING,
};

/* Whether the key is in a token, as a smart card is. */
bool is_token_uri(const char *where);

/* Finds the provider of Debian 13 or the engine of Debian 12. */
enum token_access find_token_access(void);

/* NULL if there is none. */
EVP_PKEY *load_token_key(const char *uri, UI_METHOD *method, void *context);

#endif
