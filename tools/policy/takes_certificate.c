/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>

#include "kernel_takes.h"
#include "memory.h"

static const struct {
	int error;
	const char *sentence;
} refusals[] = {
	[KERNEL_TAKES] = { 0, "the kernel takes it" },
#define KERNEL_REFUSAL(id, error, sentence) [KERNEL_REFUSES_##id] = { error, sentence },
#include "kernel_takes.def"
};

bool refuse(struct refusal *refusal, enum kernel_refusal reason)
{
	*refusal = (struct refusal){ .reason = reason };
	return false;
}

bool refuse_named(struct refusal *refusal, enum kernel_refusal reason, const char *subject)
{
	refuse(refusal, reason);
	snprintf(refusal->subject, sizeof(refusal->subject), "%s", subject);
	return false;
}

int refusal_error(const struct refusal *refusal)
{
	return refusals[refusal->reason].error;
}

char *format_refusal(const struct refusal *refusal)
{
	const char *sentence = refusals[refusal->reason].sentence;
	const char *place = strstr(sentence, "%s");

	if (!place)
		return format_text("%s", sentence);
	return format_text("%.*s%s%s", (int)(place - sentence), sentence, refusal->subject,
			   place + 2);
}

const char *object_name(const ASN1_OBJECT *object, char buf[64])
{
	if (OBJ_obj2txt(buf, 64, object, 0) <= 0)
		return "unknown";
	return buf;
}

static bool is_taken_signature(int nid)
{
	switch (nid) {
#define KERNEL_CERTIFICATE(name) case NID_##name:
#include "kernel_takes.def"
		return true;
	default:
		return false;
	}
}

static bool is_taken_curve(int nid)
{
	switch (nid) {
#define KERNEL_CURVE(name) case NID_##name:
#include "kernel_takes.def"
		return true;
	default:
		return false;
	}
}

/* It counts in whole bytes, and a signature must be as long as the key. */
static bool is_taken_size(int bits)
{
	switch ((bits + 7) / 8 * 8) {
#define KERNEL_RSA(size) case size:
#include "kernel_takes.def"
		return true;
	default:
		return false;
	}
}

static bool takes_curve(const X509_ALGOR *algorithm, const unsigned char *point, int len,
			struct refusal *ret)
{
	const ASN1_OBJECT *curve = NULL;
	const void *parameters;
	char name[64];
	int type;

	X509_ALGOR_get0(NULL, &type, &parameters, algorithm);
	if (type != V_ASN1_OBJECT)
		return refuse(ret, KERNEL_REFUSES_EXPLICIT_CURVE);
	curve = parameters;
	if (!is_taken_curve(OBJ_obj2nid(curve)))
		return refuse_named(ret, KERNEL_REFUSES_CURVE, object_name(curve, name));
	if (len < 1 || point[0] != 4)
		return refuse(ret, KERNEL_REFUSES_COMPRESSED_POINT);
	return true;
}

static bool takes_key(X509 *certificate, struct refusal *ret)
{
	ASN1_OBJECT *kind = NULL;
	const unsigned char *bytes = NULL;
	X509_ALGOR *algorithm = NULL;
	EVP_PKEY *key = X509_get0_pubkey(certificate);
	char name[64];
	int len = 0;

	X509_PUBKEY_get0_param(&kind, &bytes, &len, &algorithm, X509_get_X509_PUBKEY(certificate));
	switch (OBJ_obj2nid(kind)) {
	case NID_rsaEncryption:
		if (key && is_taken_size(EVP_PKEY_get_bits(key)))
			return true;
		snprintf(name, sizeof(name), "%d", key ? EVP_PKEY_get_bits(key) : 0);
		return refuse_named(ret, KERNEL_REFUSES_RSA_SIZE, name);
	case NID_X9_62_id_ecPublicKey:
		return takes_curve(algorithm, bytes, len, ret);
	default:
		return refuse_named(ret, KERNEL_REFUSES_KEY_KIND, object_name(kind, name));
	}
}

/* Two digits of a year for 1950 to 2049, four for the others. */
static bool is_taken_time(const ASN1_TIME *time)
{
	struct tm tm;
	int year;

	if (ASN1_TIME_to_tm(time, &tm) != 1)
		return false;
	year = tm.tm_year + 1900;
	if (year < 1970)
		return false;
	return ASN1_STRING_type(time) == V_ASN1_UTCTIME || year > 2049;
}

static bool has_own_signature(X509 *certificate)
{
	const ASN1_OCTET_STRING *own = X509_get0_subject_key_id(certificate);
	const ASN1_OCTET_STRING *authority = X509_get0_authority_key_id(certificate);

	if (X509_NAME_cmp(X509_get_subject_name(certificate), X509_get_issuer_name(certificate)))
		return false;
	return !authority || (own && ASN1_OCTET_STRING_cmp(own, authority) == 0);
}

bool takes_certificate(X509 *certificate, struct refusal *ret)
{
	const X509_ALGOR *algorithm;
	const ASN1_OBJECT *signature;
	char name[64];
	int good;

	X509_get0_signature(NULL, &algorithm, certificate);
	X509_ALGOR_get0(&signature, NULL, NULL, algorithm);
	if (!is_taken_signature(OBJ_obj2nid(signature)))
		return refuse_named(ret, KERNEL_REFUSES_CERTIFICATE_SIGNATURE,
				    object_name(signature, name));
	if (!is_taken_time(X509_get0_notBefore(certificate)) ||
	    !is_taken_time(X509_get0_notAfter(certificate)))
		return refuse(ret, KERNEL_REFUSES_TIME);
	if (!takes_key(certificate, ret))
		return false;
	if (!has_own_signature(certificate))
		return true;
	good = X509_verify(certificate, X509_get0_pubkey(certificate));
	ERR_clear_error();
	return good == 1 || refuse(ret, KERNEL_REFUSES_SELF_SIGNATURE);
}
