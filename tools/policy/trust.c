/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * As crypto/asymmetric_keys/pkcs7_verify.c and pkcs7_trust.c of Linux do it: certificates are found
 * by issuer and serial number or by key identifiers, never by their names; time and purpose do not
 * count; and one signer that is trusted is enough, if no signature is found to be wrong.
 */
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <string.h>

#include "trust.h"

/* The certificates in a message, the signer's first, each signed by the next one. */
#define CHAIN_MAX 16

struct chain {
	X509 *certificate[CHAIN_MAX];
	int count;
	bool ends_in_itself;
};

struct message {
	STACK_OF(X509) * certificates;
	struct ipe_span content;
	X509 *trusted;
};

static bool verify_content(CMS_SignerInfo *signer, const EVP_MD *digest, EVP_PKEY *key,
			   struct ipe_span content)
{
	const ASN1_OCTET_STRING *signature = CMS_SignerInfo_get0_signature(signer);
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	bool good = context && EVP_DigestVerifyInit(context, NULL, digest, NULL, key) == 1 &&
		    EVP_DigestVerify(context, ASN1_STRING_get0_data(signature),
				     (size_t)ASN1_STRING_length(signature),
				     (const unsigned char *)content.at, content.len) == 1;

	EVP_MD_CTX_free(context);
	return good;
}

/* What is signed then is the attributes, one of which is the content's digest. */
static bool verify_attributes(CMS_SignerInfo *signer, const EVP_MD *digest, X509 *certificate,
			      struct ipe_span content)
{
	const ASN1_OCTET_STRING *told = CMS_signed_get0_data_by_OBJ(
		signer, OBJ_nid2obj(NID_pkcs9_messageDigest), -3, V_ASN1_OCTET_STRING);
	unsigned char value[EVP_MAX_MD_SIZE];
	unsigned int len;

	if (!told || EVP_Digest(content.at, content.len, value, &len, digest, NULL) != 1)
		return false;
	if (len != (unsigned int)ASN1_STRING_length(told) ||
	    memcmp(value, ASN1_STRING_get0_data(told), len) != 0)
		return false;
	CMS_SignerInfo_set1_signer_cert(signer, certificate);
	return CMS_SignerInfo_verify(signer) == 1;
}

static bool has_signed(X509 *certificate, CMS_SignerInfo *signer, struct ipe_span content)
{
	const ASN1_OBJECT *object;
	const EVP_MD *digest;
	X509_ALGOR *algorithm;

	CMS_SignerInfo_get0_algs(signer, NULL, NULL, &algorithm, NULL);
	X509_ALGOR_get0(&object, NULL, NULL, algorithm);
	digest = EVP_get_digestbyobj(object);
	if (!digest)
		return false;
	if (CMS_signed_get_attr_count(signer) > 0)
		return verify_attributes(signer, digest, certificate, content);
	return verify_content(signer, digest, X509_get0_pubkey(certificate), content);
}

static bool is_same(X509 *a, X509 *b)
{
	return X509_issuer_and_serial_cmp(a, b) == 0;
}

/* Whether an authority key identifier names a certificate by its own issuer and serial number. */
static bool names_serial(X509 *certificate, X509 *issuer)
{
	const GENERAL_NAMES *names = X509_get0_authority_issuer(certificate);
	const ASN1_INTEGER *serial = X509_get0_authority_serial(certificate);
	const GENERAL_NAME *name =
		sk_GENERAL_NAME_num(names) > 0 ? sk_GENERAL_NAME_value(names, 0) : NULL;

	return name && name->type == GEN_DIRNAME && serial &&
	       ASN1_INTEGER_cmp(serial, X509_get0_serialNumber(issuer)) == 0 &&
	       X509_NAME_cmp(name->d.directoryName, X509_get_issuer_name(issuer)) == 0;
}

/* A certificate without the extension names no issuer that the kernel would find. */
static bool is_issuer(X509 *issuer, X509 *certificate)
{
	const ASN1_OCTET_STRING *wanted = X509_get0_authority_key_id(certificate);
	const ASN1_OCTET_STRING *key = X509_get0_subject_key_id(issuer);

	if (X509_get0_authority_serial(certificate) && !names_serial(certificate, issuer))
		return false;
	if (wanted)
		return key && ASN1_OCTET_STRING_cmp(wanted, key) == 0;
	return X509_get0_authority_serial(certificate) != NULL;
}

/* By issuer and serial number alone: a signer that is named by its key is not looked for inside. */
static X509 *find_signer(const struct message *message, CMS_SignerInfo *signer)
{
	ASN1_OCTET_STRING *key = NULL;

	CMS_SignerInfo_get0_signer_id(signer, &key, NULL, NULL);
	for (int i = 0; !key && i < sk_X509_num(message->certificates); i++)
		if (CMS_SignerInfo_cert_cmp(signer, sk_X509_value(message->certificates, i)) == 0)
			return sk_X509_value(message->certificates, i);
	return NULL;
}

static X509 *find_issuer(const struct message *message, X509 *certificate)
{
	for (int i = 0; i < sk_X509_num(message->certificates); i++)
		if (is_issuer(sk_X509_value(message->certificates, i), certificate))
			return sk_X509_value(message->certificates, i);
	return NULL;
}

static bool build_chain(const struct message *message, X509 *first, struct chain *ret)
{
	X509 *last = first;

	*ret = (struct chain){ { first }, 1, false };
	for (;;) {
		X509 *issuer = find_issuer(message, last);

		ret->ends_in_itself = X509_verify(last, X509_get0_pubkey(last)) == 1;
		if (ret->ends_in_itself || !issuer || ret->count == CHAIN_MAX)
			return true;
		if (X509_verify(last, X509_get0_pubkey(issuer)) != 1)
			return false;
		ret->certificate[ret->count++] = issuer;
		last = issuer;
	}
}

/* What the trusted certificate must have signed, beginning with the content; 0 and -1 for nothing. */
static int find_trusted(const struct message *message, CMS_SignerInfo *signer,
			const struct chain *chain)
{
	for (int i = 0; i < chain->count; i++)
		if (is_same(chain->certificate[i], message->trusted))
			return i;
	if (chain->count && !chain->ends_in_itself &&
	    is_issuer(message->trusted, chain->certificate[chain->count - 1]))
		return chain->count;
	if (!chain->ends_in_itself && CMS_SignerInfo_cert_cmp(signer, message->trusted) == 0)
		return 0;
	return -1;
}

static bool signed_in_time(CMS_SignerInfo *signer, X509 *certificate)
{
	X509_ATTRIBUTE *attribute = CMS_signed_get_attr(
		signer, CMS_signed_get_attr_by_NID(signer, NID_pkcs9_signingTime, -1));
	const ASN1_TYPE *value = attribute ? X509_ATTRIBUTE_get0_type(attribute, 0) : NULL;
	const ASN1_TIME *time;

	if (!value || (value->type != V_ASN1_UTCTIME && value->type != V_ASN1_GENERALIZEDTIME))
		return true;
	time = value->value.asn1_string;
	return ASN1_TIME_compare(time, X509_get0_notBefore(certificate)) >= 0 &&
	       ASN1_TIME_compare(time, X509_get0_notAfter(certificate)) <= 0;
}

/* False for a signature that is wrong; @trusted stays as it is if the key is not known. */
static bool judge_signer(const struct message *message, CMS_SignerInfo *signer, bool *trusted,
			 struct refusal *ret)
{
	X509 *inside = find_signer(message, signer);
	struct chain chain = { 0 };
	int found;

	if (inside && !signed_in_time(signer, inside))
		return refuse(ret, KERNEL_REFUSES_SIGNING_TIME);
	if (inside && !has_signed(inside, signer, message->content))
		return refuse(ret, KERNEL_REFUSES_BAD_SIGNATURE);
	if (inside && !build_chain(message, inside, &chain))
		return refuse(ret, KERNEL_REFUSES_CHAIN);
	found = find_trusted(message, signer, &chain);
	if (found < 0)
		return true;
	if (found == 0 && !has_signed(message->trusted, signer, message->content))
		return refuse(ret, KERNEL_REFUSES_BAD_SIGNATURE);
	if (found > 0 &&
	    X509_verify(chain.certificate[found - 1], X509_get0_pubkey(message->trusted)) != 1)
		return refuse(ret, KERNEL_REFUSES_CHAIN);
	*trusted = true;
	return true;
}

bool trusts_message(CMS_ContentInfo *cms, struct ipe_span content, X509 *trusted,
		    struct refusal *ret)
{
	STACK_OF(CMS_SignerInfo) *signers = CMS_get0_SignerInfos(cms);
	struct message message = { CMS_get1_certs(cms), content, trusted };
	bool found = false;
	bool good = true;

	for (int i = 0; good && i < sk_CMS_SignerInfo_num(signers); i++)
		good = judge_signer(&message, sk_CMS_SignerInfo_value(signers, i), &found, ret);
	sk_X509_pop_free(message.certificates, X509_free);
	ERR_clear_error();
	if (!good)
		return false;
	return found || refuse(ret, KERNEL_REFUSES_NO_KEY);
}
