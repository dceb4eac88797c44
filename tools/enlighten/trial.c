/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Tries what was made: the loader lists what it would load, in its order, and then loads it, up to
 * the program's first instruction, by which the shim has answered.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../shim/handshake.h"
#include "../run/run.h"
#include "child.h"
#include "enlighten.h"

static void list_libraries(const void *argument)
{
	const struct change *change = argument;

	if (setenv("LD_TRACE_LOADED_OBJECTS", "1", 1) == 0)
		execl(change->new_path, change->name, (char *)NULL);
}

/* The position of a library in the loader's list, or NULL. */
static const char *find_library(const char *list, const char *name)
{
	size_t len = strlen(name);

	for (const char *line = list; line; line = strchr(line, '\n')) {
		line += strspn(line, "\n\t ");
		if (strncmp(line, name, len) == 0)
			return line;
	}
	return NULL;
}

static bool is_not_found(const char *line)
{
	const char *answer = strstr(line, " => not found");

	return answer && answer < line + strcspn(line, "\n");
}

static bool is_loaded_first(const struct change *change)
{
	struct child_result result;
	const char *shim, *libc;

	if (!run_child(list_libraries, change, &result) || !WIFEXITED(result.status) ||
	    WEXITSTATUS(result.status) != 0) {
		complain_of(change,
			    "its loader cannot load what patchelf made of it: %s; it is "
			    "unchanged",
			    result.line);
		return false;
	}
	shim = find_library(result.output, IPE_SHIM_LIBRARY " ");
	libc = find_library(result.output, "libc.");
	if (shim && is_not_found(shim)) {
		complain_of(change, "its loader does not find " IPE_SHIM_LIBRARY
				    ": install it where ldconfig(8) looks; it is unchanged");
		return false;
	}
	if (shim && libc && shim < libc)
		return true;
	complain_of(change,
		    "its loader does not load the shim before the C library; it is unchanged");
	return false;
}

/* Ends with the status of its start: 0 if the shim answered. */
static void start_with_shim(const void *argument)
{
	const struct change *change = argument;
	char *const argv[] = { change->new_path, NULL };

	if (start_trial())
		become(argv);
}

static bool comes_up(const struct change *change)
{
	struct child_result result;

	if (run_child(start_with_shim, change, &result) && WIFEXITED(result.status) &&
	    WEXITSTATUS(result.status) == 0)
		return true;
	complain_of(change,
		    "the shim does not come up in what patchelf made of it: %s; it is "
		    "unchanged",
		    result.line);
	return false;
}

bool try_program(const struct change *change, bool enlightened)
{
	struct child_result result;

	if (enlightened)
		return is_loaded_first(change) && comes_up(change);
	if (run_child(list_libraries, change, &result) && WIFEXITED(result.status) &&
	    WEXITSTATUS(result.status) == 0)
		return true;
	complain_of(change, "its loader cannot load what patchelf made of it: %s; it is unchanged",
		    result.line);
	return false;
}
