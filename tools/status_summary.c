/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What this machine enforces, in one word and in one line. */
#include <errno.h>
#include <stdio.h>

#include "output.h"
#include "status.h"

static const struct ipe_policy_facts *find_active(const struct ipe_facts *ipe, bool *ret_hidden)
{
	*ret_hidden = ipe->policies_error < 0;
	for (size_t i = 0; i < ipe->policy_count; i++) {
		if (ipe->policies[i].active == YES)
			return &ipe->policies[i];
		*ret_hidden |= ipe->policies[i].active < 0;
	}
	return NULL;
}

int ipe_is_enforced(const struct ipe_facts *ipe)
{
	bool hidden = false;
	const struct ipe_policy_facts *active = find_active(ipe, &hidden);

	if (ipe->present != YES)
		return ipe->present;
	if (ipe->enforce == NO || (!active && !hidden))
		return NO;
	if (ipe->enforce < 0)
		return ipe->enforce;
	return active ? YES : -EACCES;
}

static void print_not_enforced(const struct ipe_facts *ipe)
{
	fputs("Nothing is enforced by IPE: ", stdout);
	if (ipe->present == NO)
		fputs("this kernel does not use it", stdout);
	else if (ipe->enforce == NO)
		fputs("it is permissive, and refusals are only logged", stdout);
	else
		fputs("no policy is active", stdout);
	puts(". Other refusals, such as noexec mounts, count all the same.");
}

void print_summary(const struct ipe_facts *ipe)
{
	int enforced = ipe_is_enforced(ipe);
	bool hidden;
	const struct ipe_policy_facts *active = find_active(ipe, &hidden);

	if (enforced == NO) {
		print_not_enforced(ipe);
	} else if (enforced == YES && active) {
		fputs("IPE enforces the policy ", stdout);
		print_name(active->name);
		fputs(", version ", stdout);
		print_name(active->version);
		puts(".");
	} else {
		puts("It cannot be told whether IPE enforces a policy: ask as root, with securityfs "
		     "mounted on /sys/kernel/security.");
	}
}
