// SPDX-License-Identifier: GPL-2.0-only
/* The signature of a policy: around the text, in a PKCS#7 message, or appended as to a module. */
#include <linux/verification.h>

#include "ipe.h"

#ifdef CONFIG_IPE_POLICY_SIG_SECONDARY_KEYRING
#define TRUSTED_KEYS VERIFY_USE_SECONDARY_KEYRING
#else
#define TRUSTED_KEYS NULL
#endif

static int note_content(void *context, const void *data, size_t len, size_t asn1hdrlen)
{
	struct ipe_span *text = context;

	*text = (struct ipe_span){ data, len };
	return 0;
}

/* With a text the signature is detached from it; else the text is inside, and handed out. */
static int verify_with(struct key *keys, struct ipe_span signature, struct ipe_span *text)
{
	bool inside = !text->at;

	return verify_pkcs7_signature(text->at, text->len, signature.at, signature.len, keys,
				      VERIFYING_UNSPECIFIED_SIGNATURE, inside ? note_content : NULL,
				      inside ? text : NULL);
}

int ipe_verify(const u8 *file, size_t len, struct ipe_span *ret_text)
{
	struct ipe_span signature = { (const char *)file, len }, text = { .len = 0 };
	int error = ipe_split_signed(file, len, &text, &signature);

	if (error < 0)
		return error;
	error = verify_with(TRUSTED_KEYS, signature, &text);
	if (IS_ENABLED(CONFIG_IPE_POLICY_SIG_PLATFORM_KEYRING) &&
	    (error == -ENOKEY || error == -EKEYREJECTED))
		error = verify_with(VERIFY_USE_PLATFORM_KEYRING, signature, &text);
	if (!error)
		*ret_text = text;
	return error;
}
