/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"
#include "internal.h"
#include "sys.h"

/* Linux 6.14, include/uapi/linux/securebits.h; Debian 12's headers are older. */
#define SECBIT_EXEC_RESTRICT_FILE    (1 << 8)
#define SECBIT_EXEC_DENY_INTERACTIVE (1 << 10)

struct ipe_securebits ipe_get_securebits(void)
{
	int bits = ipe_sys_securebits();
	bool unreadable = bits < 0;
	bool restrict_file = unreadable || (bits & SECBIT_EXEC_RESTRICT_FILE);
	bool deny_interactive = unreadable || (bits & SECBIT_EXEC_DENY_INTERACTIVE);

	return (struct ipe_securebits){
		.restrict_file = restrict_file || IPE_ALWAYS_RESTRICT,
		.deny_interactive = deny_interactive || IPE_ALWAYS_RESTRICT,
		.from_kernel = restrict_file || deny_interactive,
	};
}
