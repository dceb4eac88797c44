/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where a program takes its code from, by what the shim knows of interpreters. */
#ifndef IPECTL_RUN_CODE_SOURCES_H
#define IPECTL_RUN_CODE_SOURCES_H

#include <stdbool.h>
#include <stdint.h>

#include "../../shim/sources.h"

struct code_sources {
	const struct ipe_rules *rules;
	struct ipe_sources sources;
};

/* @program is the path of the file that runs. */
void find_code_sources(const char *program, int argc, char **argv, char **envp,
		       struct code_sources *ret);

/* Whether it is the one that has this name, by whatever other. */
bool is_interpreter(const struct code_sources *code, const char *name);

#define ANY_FLAGS UINT64_MAX

/* Flags with which an interpreter opens code and no data, ANY_FLAGS if it opens code alone, or 0. */
uint64_t code_flags(const struct ipe_rules *rules);

bool has_code_suffix(const struct code_sources *code, const char *name);

#endif
