/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where a program takes its code from, by what the shim knows of interpreters. */
#ifndef IPECTL_RUN_CODE_SOURCES_H
#define IPECTL_RUN_CODE_SOURCES_H

#include <stdbool.h>

#include "../../shim/sources.h"

struct code_sources {
	const struct ipe_rules *rules;
	struct ipe_sources sources;
};

/* @program is the path of the file that runs. */
void find_code_sources(const char *program, int argc, char **argv, char **envp,
		       struct code_sources *ret);

bool has_code_suffix(const struct code_sources *code, const char *name);

#endif
