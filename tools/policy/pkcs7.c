/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <openssl/cms.h>
#include <openssl/err.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "output.h"
#include "pkcs7.h"
#include "trust.h"

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

static bool judge(CMS_ContentInfo *cms, const struct ipe_span *text, X509 *certificate,
		  struct refusal *ret)
{
	ASN1_OCTET_STRING **inside;
	struct ipe_span content;

	inside = CMS_get0_content(cms);
	if (text && inside && *inside)
		return refuse(ret, KERNEL_REFUSES_TEXT_TWICE);
	if (!text && (!inside || !*inside))
		return refuse(ret, KERNEL_REFUSES_NO_TEXT);
	content = text ? *text
		       : (struct ipe_span){ (const char *)ASN1_STRING_get0_data(*inside),
					    (size_t)ASN1_STRING_length(*inside) };
	return trusts_message(cms, content, certificate, ret);
}

/* Whether the kernel reads it; with the message, to be freed, if it is one. */
static bool read_message(struct ipe_span message, CMS_ContentInfo **ret_cms, struct refusal *ret)
{
	*ret_cms = decode(message);
	if (!*ret_cms)
		return refuse(ret, KERNEL_REFUSES_NOT_DER);
	/* The length is not told in front. */
	if ((unsigned char)message.at[1] == 0x80)
		return refuse(ret, KERNEL_REFUSES_PIECES);
	return takes_message(*ret_cms, ret);
}

bool pkcs7_verify(struct ipe_span message, const struct ipe_span *text, X509 *certificate,
		  struct refusal *ret)
{
	CMS_ContentInfo *cms = NULL;
	bool good = takes_certificate(certificate, ret) && read_message(message, &cms, ret) &&
		    judge(cms, text, certificate, ret);

	ERR_clear_error();
	CMS_ContentInfo_free(cms);
	return good;
}

bool pkcs7_is_taken(struct ipe_span message, struct refusal *ret)
{
	CMS_ContentInfo *cms;
	bool taken = read_message(message, &cms, ret);

	CMS_ContentInfo_free(cms);
	return taken;
}
