/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which properties a file has: for each one there is a policy that denies everything and allows
 * what has it, for every operation. Those whose policies let the file pass are named.
 */
#include "compat.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PROPERTIES "/compat/properties"

static void activate(const char *policy)
{
	char path[512];
	int fd;

	snprintf(path, sizeof(path), IPE_DIR "policies/%s/active", policy);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, "1", 1) != 1)
		give_up(path);
	close(fd);
}

static void say_matches(char *target, int (*status)(char *))
{
	char name[256];
	FILE *names = fopen(PROPERTIES, "re");

	if (!names)
		give_up(PROPERTIES);
	while (fgets(name, sizeof(name), names)) {
		int error;

		name[strcspn(name, "\n")] = '\0';
		activate(name);
		error = status(target);
		if (!error)
			say("%s ", name);
		else if (error != EACCES)
			say("%s:%s ", name, errno_name(error));
	}
	say(".");
}

static void op_matches(char **words)
{
	say_matches(words[0], map_executable);
}

static void op_exec_matches(char **words)
{
	say_matches(words[0], exec_status);
}

static void op_module_matches(char **words)
{
	say_matches(words[0], module_status);
}

static void op_kexec_matches(char **words)
{
	if (kexec_image_status(words[0]) == ENOSYS)
		skip("this kernel has no kexec_file_load");
	say_matches(words[0], kexec_image_status);
}

const struct operation match_operations[] = {
	{ "matches", 1, OP_JUDGED | OP_UNRECORDED, op_matches },
	{ "exec-matches", 1, OP_JUDGED | OP_UNRECORDED, op_exec_matches },
	{ "module-matches", 1, OP_JUDGED | OP_UNRECORDED, op_module_matches },
	{ "kexec-matches", 1, OP_JUDGED | OP_UNRECORDED, op_kexec_matches },
	{ 0 },
};
