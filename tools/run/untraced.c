/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * No child that its parent hides from a tracer. What clone3(2) is asked for stands in memory, where no
 * filter sees it, so that it does not exist; the C library uses clone(2) then.
 */
#include <errno.h>
#include <sched.h>
#include <string.h>

#include "../output.h"
#include "filter.h"
#include "run.h"

bool forbid_untraced_children(void)
{
	const struct scmp_arg_cmp untraced =
		SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_UNTRACED, CLONE_UNTRACED);
	scmp_filter_ctx filter = new_common_filter();
	int error = -ENOMEM;

	if (filter && add_rule_if(filter, SCMP_ACT_ERRNO(EPERM), "clone", untraced) &&
	    add_rule(filter, SCMP_ACT_ERRNO(ENOSYS), "clone3"))
		error = load_filter(filter, false);
	seccomp_release(filter);
	if (error < 0)
		complain("run: cannot see to it that every child is traced: %s; this needs a "
			 "kernel with seccomp filters (CONFIG_SECCOMP_FILTER)",
			 strerror(-error));
	return error >= 0;
}
