/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <string.h>
#include <sys/prctl.h>

#include "../output.h"
#include "run.h"

/* <linux/securebits.h> of Linux 6.14, which Debian 12 does not have. */
#define EXEC_RESTRICT_FILE    (3 << 8)
#define EXEC_DENY_INTERACTIVE (3 << 10)

bool lock_securebits(bool restrict_file, bool deny_interactive)
{
	int wanted = (restrict_file ? EXEC_RESTRICT_FILE : 0) |
		     (deny_interactive ? EXEC_DENY_INTERACTIVE : 0);
	int bits = prctl(PR_GET_SECUREBITS, 0, 0, 0, 0);

	if (bits >= 0 && (bits & wanted) == wanted)
		return true;
	if (bits >= 0 && prctl(PR_SET_SECUREBITS, bits | wanted, 0, 0, 0) == 0)
		return true;
	if (errno == EPERM || errno == EINVAL)
		complain("run: cannot set the securebits: this kernel has none for execution, or "
			 "they are locked otherwise; they came with Linux 6.14, see 'ipectl "
			 "status'");
	else
		complain("run: cannot set the securebits: %s; nothing was run", strerror(errno));
	return false;
}
