/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <openssl/cms.h>
#include <openssl/err.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "output.h"
#include "pkcs7.h"

const char *openssl_reason(void)
{
	unsigned long error = ERR_peek_last_error();
	const char *reason = error ? ERR_reason_error_string(error) : NULL;

	ERR_clear_error();
	return reason ? reason : "unknown reason";
}

/* NULL if it is not PKCS#7 from the first byte to the last. */
static CMS_ContentInfo *decode(struct ipe_span message)
{
	const unsigned char *at = (const unsigned char *)message.at;
	const unsigned char *end = at + message.len;
	CMS_ContentInfo *cms = d2i_CMS_ContentInfo(NULL, &at, (long)message.len);

	ERR_clear_error();
	if (cms && at == end)
		return cms;
	CMS_ContentInfo_free(cms);
	return NULL;
}

bool pkcs7_content(struct ipe_span message, char **ret, size_t *ret_len)
{
	CMS_ContentInfo *cms = decode(message);
	ASN1_OCTET_STRING **content = cms ? CMS_get0_content(cms) : NULL;
	bool found = content && *content;

	if (found) {
		*ret_len = (size_t)ASN1_STRING_length(*content);
		*ret = allocate(*ret_len, 1);
		memcpy(*ret, ASN1_STRING_get0_data(*content), *ret_len);
	}
	CMS_ContentInfo_free(cms);
	return found;
}

static CMS_ContentInfo *sign(BIO *text, X509 *certificate, EVP_PKEY *key, unsigned int flags)
{
	const unsigned int signer = CMS_BINARY | CMS_NOCERTS | CMS_NOATTR | CMS_NOSMIMECAP;
	CMS_ContentInfo *cms = CMS_sign(NULL, NULL, NULL, NULL, flags | CMS_PARTIAL);

	if (cms && CMS_add1_signer(cms, certificate, key, EVP_sha256(), signer) &&
	    CMS_final(cms, text, NULL, flags))
		return cms;
	CMS_ContentInfo_free(cms);
	return NULL;
}

uint8_t *pkcs7_sign(struct ipe_span text, X509 *certificate, EVP_PKEY *key, bool detached,
		    size_t *ret_len)
{
	unsigned int flags = CMS_BINARY | (detached ? CMS_DETACHED : 0);
	BIO *bio = BIO_new_mem_buf(text.at, (int)text.len);
	CMS_ContentInfo *cms = bio ? sign(bio, certificate, key, flags) : NULL;
	unsigned char *der = NULL;
	int len = cms ? i2d_CMS_ContentInfo(cms, &der) : -1;

	CMS_ContentInfo_free(cms);
	BIO_free(bio);
	if (len < 0) {
		complain("the policy cannot be signed: %s; use an RSA or EC key", openssl_reason());
		return NULL;
	}
	*ret_len = (size_t)len;
	return der;
}

/*
 * Trusts one certificate as a keyring does: it need not be a root, times do not count, nor does
 * what it says it is for.
 */
static X509_STORE *trust(X509 *certificate)
{
	X509_STORE *store = X509_STORE_new();

	if (store && X509_STORE_add_cert(store, certificate) &&
	    X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN | X509_V_FLAG_NO_CHECK_TIME) &&
	    X509_STORE_set_purpose(store, X509_PURPOSE_ANY))
		return store;
	X509_STORE_free(store);
	return NULL;
}

static bool verify(CMS_ContentInfo *cms, BIO *text, X509 *certificate)
{
	X509_STORE *store = trust(certificate);
	STACK_OF(X509) *certificates = sk_X509_new_null();
	bool good = store && certificates && sk_X509_push(certificates, certificate) &&
		    CMS_verify(cms, certificates, store, text, NULL, CMS_BINARY) == 1;

	sk_X509_free(certificates);
	X509_STORE_free(store);
	return good;
}

bool pkcs7_verify(struct ipe_span message, const struct ipe_span *text, X509 *certificate,
		  const char **ret_reason)
{
	CMS_ContentInfo *cms = decode(message);
	BIO *bio = text ? BIO_new_mem_buf(text->at, (int)text->len) : NULL;
	bool good = false;

	if (!cms)
		*ret_reason = "it is not PKCS#7 in DER";
	else if (CMS_is_detached(cms) != (text != NULL))
		*ret_reason =
			text ? "the signature has a text of its own" : "there is no text in it";
	else if (text && !bio)
		*ret_reason = "out of memory";
	else if (verify(cms, bio, certificate))
		good = true;
	else
		*ret_reason = openssl_reason();
	BIO_free(bio);
	CMS_ContentInfo_free(cms);
	return good;
}
