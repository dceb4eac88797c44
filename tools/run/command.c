/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../output.h"
#include "run.h"

static const char *advice(int error)
{
	switch (error) {
	case ENOENT:
		return "correct the name, or install the interpreter that its first line names";
	case EACCES:
	case EPERM:
		return "'ipectl why' says whether the policy, the mount or the mode refuses it";
	default:
		return error_advice(error);
	}
}

int become(char *const argv[])
{
	int error;

	execvp(argv[0], argv);
	error = errno;
	fputs("ipectl: run: cannot run '", stderr);
	print_escaped(stderr, argv[0], strlen(argv[0]));
	fprintf(stderr, "': %s; %s\n", strerror(error), advice(error));
	return error == ENOENT ? RUN_NOT_FOUND : RUN_REFUSED;
}
