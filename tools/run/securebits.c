/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/prctl.h>

#include "../output.h"
#include "run.h"
#include "securebits.h"

#define EXEC_RESTRICT_FILE    (3 * SECUREBIT_RESTRICT_FILE)
#define EXEC_DENY_INTERACTIVE (3 * SECUREBIT_DENY_INTERACTIVE)

static _Atomic int demanded;

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

/* Of this thread alone. */
static bool add_own(int wanted)
{
	int bits = prctl(PR_GET_SECUREBITS, 0, 0, 0, 0);

	return bits >= 0 &&
	       ((bits & wanted) == wanted || prctl(PR_SET_SECUREBITS, bits | wanted, 0, 0, 0) == 0);
}

void demand_securebits(uint64_t bits)
{
	int wanted = (int)bits & (SECUREBIT_RESTRICT_FILE | SECUREBIT_DENY_INTERACTIVE);

	/* Where this thread cannot have them, no other can. */
	if (add_own(wanted))
		atomic_fetch_or(&demanded, wanted);
}

bool follow_securebits(void)
{
	int wanted = atomic_load(&demanded);

	return wanted == 0 || add_own(wanted);
}
