/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The program patchelf(1), on a copy and within limits: what it is given may be malformed. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../shim/handshake.h"
#include "child.h"
#include "enlighten.h"

#define SECONDS_MAX 120
/* It holds a few copies of the file, and adds some pages to it. */
#define MEMORY_MAX ((rlim_t)4 << 30)
#define GROWTH_MAX ((rlim_t)64 << 20)

static void limit(int resource, rlim_t value)
{
	const struct rlimit limit = { value, value };

	setrlimit(resource, &limit);
}

struct patching {
	const struct change *change;
	const char *option;
};

static void act(const void *argument)
{
	const struct patching *patching = argument;

	limit(RLIMIT_CPU, SECONDS_MAX);
	limit(RLIMIT_AS, MEMORY_MAX);
	limit(RLIMIT_FSIZE, 2 * (rlim_t)patching->change->st.st_size + GROWTH_MAX);
	limit(RLIMIT_CORE, 0);
	execlp("patchelf", "patchelf", patching->option, IPE_SHIM_LIBRARY,
	       patching->change->new_path, (char *)NULL);
}

bool run_patchelf(const struct change *change, bool enlighten)
{
	const struct patching patching = { change, enlighten ? "--add-needed" : "--remove-needed" };
	struct child_result result;

	if (!run_child(act, &patching, &result)) {
		complain_of(change, "cannot start patchelf: %s; it is unchanged", strerror(errno));
		return false;
	}
	if (WIFEXITED(result.status) && WEXITSTATUS(result.status) == 0)
		return true;
	if (WIFEXITED(result.status) && WEXITSTATUS(result.status) == CHILD_NOT_FOUND)
		complain_of(change, "patchelf is not there: install it; it is unchanged");
	else if (WIFSIGNALED(result.status))
		complain_of(change,
			    "patchelf was ended by signal %d, as malformed files do; it is "
			    "unchanged",
			    WTERMSIG(result.status));
	else
		complain_of(change, "patchelf does not know how to change it: %s; it is unchanged",
			    result.line);
	return false;
}
