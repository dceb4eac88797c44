/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * In a program that interprets, what is not proven to be data is code. The proofs, of which only the
 * first does not rest on a name: whoever can choose the others chose the arguments or wrote the script.
 */
#ifndef IPECTL_RUN_DATA_H
#define IPECTL_RUN_DATA_H

#include <stdbool.h>

#include "code_sources.h"
#include "process_words.h"
#include "supervisor.h"

/* It is opened to be changed, or is an operand where operands are data whatever they are called. */
bool is_changed_or_operand(const struct request *request, const struct code_sources *code,
			   const struct words *arguments);

/* It is made by the kernel, part of the system's configuration, or called as no code is. */
bool is_called_as_data(const struct request *request, const struct code_sources *code);

/* Whether the environment names it as a file of commands to be repeated. */
bool is_history(const struct request *request, const struct code_sources *code,
		const struct words *environment);

#endif
