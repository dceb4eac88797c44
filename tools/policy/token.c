/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* OpenSSL 3.0 has no provider for PKCS#11 in Debian 12, only an engine. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/engine.h>
#include <openssl/err.h>
#include <openssl/provider.h>
#include <strings.h>

#include "token.h"

#define NAME "pkcs11"

bool is_token_uri(const char *where)
{
	return strncasecmp(where, NAME ":", sizeof(NAME)) == 0;
}

/* It stays until the program ends, as the key needs it. */
static ENGINE *find_engine(void)
{
	static ENGINE *engine;

	if (engine)
		return engine;
	engine = ENGINE_by_id(NAME);
	/* What is wrong is told here, once. */
	if (engine)
		ENGINE_ctrl_cmd_string(engine, "QUIET", NULL, 1);
	if (engine && !ENGINE_init(engine)) {
		ENGINE_free(engine);
		engine = NULL;
	}
	return engine;
}

enum token_access find_token_access(void)
{
	enum token_access access = TOKEN_BY_NOTHING;

	if (OSSL_PROVIDER_try_load(NULL, NAME, 1))
		access = TOKEN_BY_PROVIDER;
	else if (find_engine())
		access = TOKEN_BY_ENGINE;
	ERR_clear_error();
	return access;
}

EVP_PKEY *load_token_key(const char *uri, UI_METHOD *method, void *context)
{
	ENGINE *engine = find_engine();

	return engine ? ENGINE_load_private_key(engine, uri, method, context) : NULL;
}
