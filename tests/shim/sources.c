/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the shim makes of a command line and an environment: the program's name, then its arguments;
 * the environment is the process's own.
 *
 * Usage: sources NAME [ARGUMENT...]
 */
#include <stdio.h>
#include <unistd.h>

#include "sources.h"

int main(int argc, char **argv)
{
	static struct ipe_sources sources;
	const struct ipe_rules *rules;

	if (argc < 2)
		return 2;
	rules = ipe_find_rules(argv[1]);
	ipe_sources_of_arguments(rules, argc - 1, argv + 1, environ, &sources);
	ipe_sources_of_environment(rules, environ, &sources);
	for (size_t at = 0; at < sources.files.used; at += 1U + sources.files.room[at])
		printf("file %.*s\n", sources.files.room[at],
		       (const char *)&sources.files.room[at + 1]);
	for (size_t i = 0; i < sources.descriptor_count; i++)
		printf("fd=%d\n", sources.descriptors[i]);
	if (sources.any_descriptor)
		puts("descriptors");
	if (sources.any_file)
		puts("any");
	if (sources.inline_code)
		puts("inline");
	if (sources.stdin_code)
		puts("stdin");
	return 0;
}
