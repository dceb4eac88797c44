/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <openssl/err.h>
#include <openssl/store.h>
#include <openssl/ui.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "keys.h"
#include "output.h"
#include "source.h"
#include "token.h"

struct passphrase {
	const char *file;
	/* One was needed, and there was none. */
	bool asked;
	bool missing;
	/* A blank at its end is part of it. */
	bool ends_with_blank;
};

/* A line may end with CR LF; no passphrase that was typed has the CR. */
static int first_line(struct passphrase *passphrase, char *buf, int size)
{
	size_t len;
	char *bytes;
	int count = 0;
	int limit;

	if (!read_file(passphrase->file, &bytes, &len))
		return -1;
	limit = (int)(len < (size_t)size ? len : (size_t)size);
	while (count < limit && bytes[count] != '\n')
		count++;
	if (count > 0 && bytes[count - 1] == '\r')
		count--;
	memcpy(buf, bytes, (size_t)count);
	OPENSSL_cleanse(bytes, len);
	free(bytes);
	passphrase->ends_with_blank =
		count > 0 && (buf[count - 1] == ' ' || buf[count - 1] == '\t');
	return count;
}

static int get_passphrase(char *buf, int size, int for_writing, void *context)
{
	struct passphrase *passphrase = context;

	(void)for_writing;
	passphrase->asked = true;
	if (passphrase->file)
		return first_line(passphrase, buf, size);
	if (isatty(STDIN_FILENO) &&
	    EVP_read_pw_string(buf, size, "Passphrase of the key: ", 0) == 0)
		return (int)strlen(buf);
	passphrase->missing = true;
	return -1;
}

/* The first object of a kind, or NULL. */
static OSSL_STORE_INFO *load_object(const char *where, int type, struct passphrase *passphrase)
{
	UI_METHOD *method = UI_UTIL_wrap_read_pem_callback(get_passphrase, 0);
	OSSL_STORE_CTX *store = OSSL_STORE_open(where, method, passphrase, NULL, NULL);
	OSSL_STORE_INFO *info = NULL;

	while (store && !OSSL_STORE_eof(store) && !passphrase->missing) {
		info = OSSL_STORE_load(store);
		if (info && OSSL_STORE_INFO_get_type(info) == type)
			break;
		OSSL_STORE_INFO_free(info);
		info = NULL;
		if (OSSL_STORE_error(store))
			break;
	}
	OSSL_STORE_close(store);
	UI_destroy_method(method);
	return info;
}

static void complain_of(const char *what, const char *where, const struct passphrase *passphrase)
{
	fprintf(stderr, "ipectl: there is no %s in '", what);
	print_escaped(stderr, where, strlen(where));
	if (passphrase->missing)
		fputs("' that can be read: it is encrypted; give its passphrase with "
		      "--passphrase-file\n",
		      stderr);
	else if (passphrase->ends_with_blank)
		fputs("' that this passphrase opens, and it ends with a blank; correct the "
		      "passphrase\n",
		      stderr);
	else if (passphrase->asked)
		fputs("' that this passphrase opens; correct the passphrase\n", stderr);
	else
		fputs("'; name a file that holds one in PEM or DER\n", stderr);
	ERR_clear_error();
}

/* A URI has a scheme, unless a file has just that name. */
static bool is_readable(const char *what, const char *where)
{
	if (access(where, R_OK) == 0 || (errno == ENOENT && strchr(where, ':')))
		return true;
	fprintf(stderr, "ipectl: the %s '", what);
	print_escaped(stderr, where, strlen(where));
	fprintf(stderr, "' cannot be read: %s; %s\n", strerror(errno), error_advice(errno));
	return false;
}

X509 *load_certificate(const char *where)
{
	struct passphrase passphrase = { 0 };
	OSSL_STORE_INFO *info;
	X509 *certificate = NULL;

	if (!is_readable("certificate", where))
		return NULL;
	info = load_object(where, OSSL_STORE_INFO_CERT, &passphrase);
	if (info)
		certificate = OSSL_STORE_INFO_get1_CERT(info);
	OSSL_STORE_INFO_free(info);
	if (!certificate)
		complain_of("certificate", where, &passphrase);
	return certificate;
}

static EVP_PKEY *load_by_store(const char *where, struct passphrase *passphrase)
{
	OSSL_STORE_INFO *info = load_object(where, OSSL_STORE_INFO_PKEY, passphrase);
	EVP_PKEY *key = info ? OSSL_STORE_INFO_get1_PKEY(info) : NULL;

	OSSL_STORE_INFO_free(info);
	return key;
}

static EVP_PKEY *load_by_engine(const char *where, struct passphrase *passphrase)
{
	UI_METHOD *method = UI_UTIL_wrap_read_pem_callback(get_passphrase, 0);
	EVP_PKEY *key = load_token_key(where, method, passphrase);

	UI_destroy_method(method);
	return key;
}

static void complain_of_token(const char *where, const struct passphrase *passphrase)
{
	fputs("ipectl: there is no private key '", stderr);
	print_escaped(stderr, where, strlen(where));
	if (passphrase->missing)
		fputs("' that can be read: it wants its PIN; give that with --passphrase-file\n",
		      stderr);
	else if (passphrase->asked)
		fputs("' that this PIN opens; correct the PIN or the URI, which 'pkcs11-tool "
		      "--list-objects' helps with\n",
		      stderr);
	else
		fputs("' in a token; correct the URI, plug the token in, or name the module that "
		      "knows it in the variable PKCS11_MODULE_PATH\n",
		      stderr);
	ERR_clear_error();
}

static EVP_PKEY *load_from_token(const char *where, struct passphrase *passphrase)
{
	EVP_PKEY *key = NULL;

	switch (find_token_access()) {
	case TOKEN_BY_PROVIDER:
		key = load_by_store(where, passphrase);
		break;
	case TOKEN_BY_ENGINE:
		key = load_by_engine(where, passphrase);
		break;
	case TOKEN_BY_NOTHING:
	default:
		complain("OpenSSL cannot read keys of pkcs11: URIs here; install "
			 "libengine-pkcs11-openssl (Debian 12) or pkcs11-provider (Debian 13)");
		return NULL;
	}
	if (!key)
		complain_of_token(where, passphrase);
	return key;
}

EVP_PKEY *load_key(const char *where, const char *passphrase_file)
{
	struct passphrase passphrase = { .file = passphrase_file };
	EVP_PKEY *key;

	if (is_token_uri(where))
		return load_from_token(where, &passphrase);
	if (!is_readable("key", where))
		return NULL;
	key = load_by_store(where, &passphrase);
	if (!key)
		complain_of("private key", where, &passphrase);
	return key;
}

bool check_key_pair(X509 *certificate, EVP_PKEY *key)
{
	bool pair = X509_check_private_key(certificate, key) == 1;

	ERR_clear_error();
	if (!pair)
		complain("the key and the certificate do not belong together; name a pair");
	else if (!EVP_PKEY_is_a(key, "RSA") && !EVP_PKEY_is_a(key, "EC"))
		complain("the kernel cannot verify this kind of key; use RSA or an elliptic curve "
			 "such as P-256");
	else
		return true;
	return false;
}
