/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>
#include <strings.h>

#include "form.h"

#define TO_DER "the kernel takes DER alone: "
#define BEGIN  "-----BEGIN "

static const struct {
	const char *start;
	size_t len;
	const char *description;
} forms[] = {
#define FORM(start, description) { start, sizeof(start) - 1, description },
	FORM("\xff\xfe\0\0", "the file is text in UTF-32; save it as ASCII or UTF-8") FORM(
		"\0\0\xfe\xff", "the file is text in UTF-32; save it as ASCII or UTF-8")
		FORM("\xff\xfe",
		     "the file is text in UTF-16; save it as ASCII or UTF-8, as "
		     "'iconv -f UTF-16 -t UTF-8' does") FORM("\xfe\xff",
							     "the file is text in UTF-16; save it as ASCII or UTF-8, as "
							     "'iconv -f UTF-16 -t UTF-8' does")
			FORM("\xef\xbb\xbf",
			     "the file begins with a byte order mark, 0xef 0xbb 0xbf; save it as "
			     "UTF-8 without one") FORM(BEGIN "PKCS7",
						       "the file is PKCS#7 in PEM; " TO_DER
						       "'openssl pkcs7 -in FILE -outform DER -out NEW'")
				FORM(BEGIN "CMS",
				     "the file is PKCS#7 in PEM; " TO_DER
				     "'openssl cms -cmsout -inform PEM -in FILE -outform DER -out NEW'")
					FORM(BEGIN "CERTIFICATE",
					     "the file is a certificate and no policy; name it with --cert")
						FORM(BEGIN,
						     "the file is PEM and no policy; name the policy's text, or the signed policy "
						     "in DER") FORM("\x1f\x8b",
								    "the file is compressed with gzip; unpack it")
							FORM("\xfd"
							     "7zXZ",
							     "the file is compressed with xz; unpack it")
								FORM("\x28\xb5\x2f\xfd",
								     "the file is compressed with zstd; unpack it")
									FORM("\177ELF",
									     "the file is a program in ELF and no policy; name the policy")
#undef FORM
};

static bool begins_with_header(struct ipe_span bytes, const char *name)
{
	return bytes.len > strlen(name) && strncasecmp(bytes.at, name, strlen(name)) == 0;
}

/* "p", NUL and so on: ASCII in 16 bits without a byte order mark. */
static bool is_wide(struct ipe_span bytes)
{
	size_t zeros[2] = { 0, 0 };
	size_t len = bytes.len < 64 ? bytes.len & ~(size_t)1 : 64;

	for (size_t i = 0; i < len; i++)
		zeros[i % 2] += bytes.at[i] == '\0';
	return len >= 8 &&
	       ((zeros[0] == 0 && zeros[1] == len / 2) || (zeros[1] == 0 && zeros[0] == len / 2));
}

/* A SEQUENCE of more than 127 bytes in base64, in lines or in one. */
static bool is_base64(struct ipe_span bytes)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				     "0123456789+/=\r\n";

	if (bytes.len < 64 || bytes.at[0] != 'M' || bytes.at[1] != 'I')
		return false;
	for (size_t i = 0; i < bytes.len; i++)
		if (!bytes.at[i] || !strchr(digits, bytes.at[i]))
			return false;
	return true;
}

const char *describe_form(struct ipe_span bytes)
{
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
		if (bytes.len >= forms[i].len &&
		    memcmp(bytes.at, forms[i].start, forms[i].len) == 0)
			return forms[i].description;
	if (begins_with_header(bytes, "MIME-Version:") ||
	    begins_with_header(bytes, "Content-Type:"))
		return "the file is an S/MIME message; " TO_DER
		       "sign with 'ipectl policy sign', or with -outform DER and -nodetach";
	if (is_wide(bytes))
		return "the file is text in UTF-16; save it as ASCII or UTF-8, as "
		       "'iconv -f UTF-16 -t UTF-8' does";
	if (is_base64(bytes))
		return "the file is PKCS#7 or another DER in base64; " TO_DER
		       "'base64 -d FILE > NEW'";
	return NULL;
}
