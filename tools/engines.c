/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdio.h>

#include "status.h"

/* Until Linux 6.19 IPE lets AT_EXECVE_CHECK of any file pass. */
static bool ipe_sees_exec_probe(const char *release)
{
	unsigned int major = 0;
	unsigned int minor = 0;

	if (sscanf(release, "%u.%u", &major, &minor) != 2)
		return false;
	return major > 6 || (major == 6 && minor >= 19);
}

static int module_present(const struct ipe_facts *ipe, const char *module)
{
	if (ipe->lsm_error < 0)
		return ipe->lsm_error;
	return has_module(ipe->modules, module) ? YES : NO;
}

/* It is a BPF program: without that module it is absent, with it nobody can tell from outside. */
static int systemd_present(const struct ipe_facts *ipe)
{
	int bpf = module_present(ipe, "bpf");

	return bpf == YES ? -EOPNOTSUPP : bpf;
}

void collect_engines(const char *release, const struct ipe_facts *ipe, bool exec_check_known,
		     struct engine_facts ret[static ENGINE_COUNT])
{
	const struct engine_facts engines[ENGINE_COUNT] = {
		{ "ipe", ipe->present, SIGHT_YES,
		  ipe_sees_exec_probe(release) ? SIGHT_YES : SIGHT_NO },
		{ "systemd-restrict-file-system-access", systemd_present(ipe), SIGHT_YES,
		  SIGHT_NO },
		{ "noexec-mount", YES, SIGHT_YES, SIGHT_YES },
		{ "execute-bit", YES, SIGHT_NO, SIGHT_YES },
		{ "landlock", module_present(ipe, "landlock"), SIGHT_NO, SIGHT_YES },
		/* Who listens cannot be seen from another process. */
		{ "fanotify", -EOPNOTSUPP, SIGHT_NO, SIGHT_YES },
	};

	for (size_t i = 0; i < ENGINE_COUNT; i++) {
		ret[i] = engines[i];
		if (!exec_check_known)
			ret[i].exec_probe = SIGHT_NO_PROBE;
	}
}
