/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <string.h>

#include "kernel_takes.h"

/* Microsoft's, for programs; OpenSSL has no names for them. */
#define INDIRECT_DATA  "1.3.6.1.4.1.311.2.1.4"
#define STATEMENT_TYPE "1.3.6.1.4.1.311.2.1.11"
#define OPUS_INFO      "1.3.6.1.4.1.311.2.1.12"

static bool is_object(const ASN1_OBJECT *object, const char *numbers)
{
	char buf[64];

	return OBJ_obj2txt(buf, sizeof(buf), object, 1) > 0 && strcmp(buf, numbers) == 0;
}

static bool is_taken_digest(int nid)
{
	switch (nid) {
#define KERNEL_DIGEST(name) case NID_##name:
#include "kernel_takes.def"
		return true;
	default:
		return false;
	}
}

static bool is_taken_signer(int nid)
{
	switch (nid) {
#define KERNEL_SIGNER(name) case NID_##name:
#include "kernel_takes.def"
		return true;
	default:
		return false;
	}
}

static bool takes_attribute(X509_ATTRIBUTE *attribute, unsigned int *seen, struct refusal *ret)
{
	static const int once[] = { NID_pkcs9_contentType, NID_pkcs9_signingTime,
				    NID_pkcs9_messageDigest };
	int nid = OBJ_obj2nid(X509_ATTRIBUTE_get0_object(attribute));

	if (nid == NID_SMIMECapabilities)
		return refuse(ret, KERNEL_REFUSES_SMIME_CAPABILITIES);
	if (is_object(X509_ATTRIBUTE_get0_object(attribute), STATEMENT_TYPE) ||
	    is_object(X509_ATTRIBUTE_get0_object(attribute), OPUS_INFO))
		return refuse(ret, KERNEL_REFUSES_OPUS_INFO);
	for (unsigned int i = 0; i < sizeof(once) / sizeof(once[0]); i++) {
		if (nid != once[i])
			continue;
		if (*seen & 1U << i || X509_ATTRIBUTE_count(attribute) > 1)
			return refuse(ret, KERNEL_REFUSES_REPEATED_ATTRIBUTE);
		*seen |= 1U << i;
	}
	return true;
}

static bool takes_attributes(const CMS_SignerInfo *signer, struct refusal *ret)
{
	/* Content type and digest. */
	const unsigned int needed = 1U << 0 | 1U << 2;
	int count = CMS_signed_get_attr_count(signer);
	unsigned int seen = 0;

	for (int i = 0; i < count; i++)
		if (!takes_attribute(CMS_signed_get_attr(signer, i), &seen, ret))
			return false;
	if (count > 0 && (seen & needed) != needed)
		return refuse(ret, KERNEL_REFUSES_MISSING_ATTRIBUTE);
	return true;
}

static bool takes_signer(CMS_SignerInfo *signer, struct refusal *ret)
{
	const ASN1_OBJECT *object;
	X509_ALGOR *signature;
	X509_ALGOR *digest;
	char name[64];

	CMS_SignerInfo_get0_algs(signer, NULL, NULL, &digest, &signature);
	X509_ALGOR_get0(&object, NULL, NULL, digest);
	if (!is_taken_digest(OBJ_obj2nid(object)))
		return refuse_named(ret, KERNEL_REFUSES_DIGEST, object_name(object, name));
	if (!takes_attributes(signer, ret))
		return false;
	X509_ALGOR_get0(&object, NULL, NULL, signature);
	if (!is_taken_signer(OBJ_obj2nid(object)))
		return refuse_named(ret, KERNEL_REFUSES_SIGNER, object_name(object, name));
	return true;
}

static bool is_named_by_key(CMS_SignerInfo *signer)
{
	ASN1_OCTET_STRING *key = NULL;

	return CMS_SignerInfo_get0_signer_id(signer, &key, NULL, NULL) == 1 && key;
}

static bool takes_signers(CMS_ContentInfo *cms, struct refusal *ret)
{
	STACK_OF(CMS_SignerInfo) *signers = CMS_get0_SignerInfos(cms);
	int count = sk_CMS_SignerInfo_num(signers);
	bool mixed_attributes = false;
	CMS_SignerInfo *first;
	CMS_SignerInfo *signer;

	if (count <= 0)
		return refuse(ret, KERNEL_REFUSES_NO_SIGNER);
	first = sk_CMS_SignerInfo_value(signers, 0);
	for (int i = 0; i < count; i++) {
		signer = sk_CMS_SignerInfo_value(signers, i);
		if (is_named_by_key(signer) != is_named_by_key(first))
			return refuse(ret, KERNEL_REFUSES_MIXED_SIGNERS);
		if (!takes_signer(signer, ret))
			return false;
		mixed_attributes |= (CMS_signed_get_attr_count(signer) > 0) !=
				    (CMS_signed_get_attr_count(first) > 0);
	}
	return !mixed_attributes || refuse(ret, KERNEL_REFUSES_MIXED_ATTRIBUTES);
}

static bool takes_certificates(CMS_ContentInfo *cms, struct refusal *ret)
{
	STACK_OF(X509) *certificates = CMS_get1_certs(cms);
	bool taken = true;

	for (int i = 0; taken && i < sk_X509_num(certificates); i++)
		taken = takes_certificate(sk_X509_value(certificates, i), ret);
	sk_X509_pop_free(certificates, X509_free);
	return taken;
}

static bool has_revocation_list(CMS_ContentInfo *cms)
{
	STACK_OF(X509_CRL) *lists = CMS_get1_crls(cms);
	bool found = sk_X509_CRL_num(lists) > 0;

	sk_X509_CRL_pop_free(lists, X509_CRL_free);
	return found;
}

bool takes_message(CMS_ContentInfo *cms, struct refusal *ret)
{
	const ASN1_OBJECT *type = CMS_get0_eContentType(cms);
	bool is_data = OBJ_obj2nid(type) == NID_pkcs7_data;
	bool taken;

	*ret = (struct refusal){ 0 };
	if (OBJ_obj2nid(CMS_get0_type(cms)) != NID_pkcs7_signed)
		return refuse(ret, KERNEL_REFUSES_NOT_SIGNED_DATA);
	if (!is_data && !is_object(type, INDIRECT_DATA))
		return refuse(ret, KERNEL_REFUSES_NOT_DATA);
	taken = takes_certificates(cms, ret);
	if (taken && has_revocation_list(cms))
		taken = refuse(ret, KERNEL_REFUSES_REVOCATION_LIST);
	taken = taken && takes_signers(cms, ret);
	if (taken && !is_data)
		taken = refuse(ret, KERNEL_REFUSES_AUTHENTICODE);
	ERR_clear_error();
	return taken;
}
