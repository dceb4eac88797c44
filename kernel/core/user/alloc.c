// SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-or-later
/* The core's memory in user space, and the proof that it has libc's error numbers. */
#include "../policy.h"

enum {
	CORE_ENOMEM = ENOMEM,
	CORE_EINVAL = EINVAL,
	CORE_EFBIG = EFBIG,
	CORE_ERANGE = ERANGE,
	CORE_EBADMSG = EBADMSG,
};

#undef ENOMEM
#undef EINVAL
#undef EFBIG
#undef ERANGE
#undef EBADMSG

#include <errno.h>
#include <stdlib.h>

_Static_assert(CORE_ENOMEM == ENOMEM, "platform.h disagrees with <errno.h>");
_Static_assert(CORE_EINVAL == EINVAL, "platform.h disagrees with <errno.h>");
_Static_assert(CORE_EFBIG == EFBIG, "platform.h disagrees with <errno.h>");
_Static_assert(CORE_ERANGE == ERANGE, "platform.h disagrees with <errno.h>");
_Static_assert(CORE_EBADMSG == EBADMSG, "platform.h disagrees with <errno.h>");

void *ipe_core_alloc(size_t size)
{
	return malloc(size);
}

void ipe_core_free(void *memory)
{
	free(memory);
}
