// SPDX-License-Identifier: LGPL-2.1-or-later
/* Any bytes as a policy with its signature appended: what is found lies inside, one by the other. */
#include <errno.h>

#include "fuzz.h"
#include "policy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ipe_span text = { NULL, 0 }, signature = { NULL, 0 };
	int result = ipe_split_signed(data, size, &text, &signature);

	FUZZ_REQUIRE(result == 0 || result == 1 || result == -EBADMSG);
	if (result != 1) {
		FUZZ_REQUIRE(!text.at && !signature.at);
		return 0;
	}
	FUZZ_REQUIRE(text.at == (const char *)data && signature.at == text.at + text.len);
	FUZZ_REQUIRE(signature.len > 0 && text.len + signature.len < size);
	return 0;
}
