/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../output.h"
#include "code_sources.h"
#include "ipe-enlighten.h"
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

/* The file that execvp(3) would run, which may be a link such as sh. */
static void find_program(const char *name, char ret[static PATH_MAX])
{
	const char *path = getenv("PATH");
	char candidate[PATH_MAX];

	snprintf(ret, PATH_MAX, "%s", name);
	if (strchr(name, '/') && realpath(name, ret))
		return;
	while (path && !strchr(name, '/')) {
		size_t len = strcspn(path, ":");

		snprintf(candidate, sizeof(candidate), "%.*s/%s", (int)len, path, name);
		if (access(candidate, X_OK) == 0 && realpath(candidate, ret))
			return;
		path = path[len] ? path + len + 1 : NULL;
	}
}

static bool refuse_code(const char *what, const struct ipe_check *check)
{
	if (check->verdict == IPE_ALLOW)
		return false;
	complain("run: refused the code in %s, and nothing was run: %s: %s", what,
		 ipe_reason_name(check->reason), ipe_reason_advice(check->reason));
	return true;
}

bool judge_command(int argc, char **argv)
{
	static struct code_sources code;
	struct ipe_check check = { 0 };
	char program[PATH_MAX];

	find_program(argv[0], program);
	find_code_sources(program, argc, argv, environ, &code);
	if (code.sources.inline_code &&
	    (ipe_check_inline(&check) < 0 || refuse_code(code.sources.inline_code, &check)))
		return false;
	return !code.sources.stdin_code || (ipe_check_stdin(STDIN_FILENO, &check) == 0 &&
					    !refuse_code("standard input", &check));
}
