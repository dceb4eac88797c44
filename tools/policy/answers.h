/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IPECTL_POLICY_ANSWERS_H
#define IPECTL_POLICY_ANSWERS_H

#include <jansson.h>

#include "ipectl.h"
#include "kernel.h"

/* The kernel's answer to one request, as it is told. Nothing is owned. */
struct answer {
	enum kernel_request request;
	struct kernel_answer kernel;
	/* NULL where there is none, or it is not known. */
	const char *path;
	const char *name;
	const char *version;
	/* In place of what kernel_advice() says. */
	const char *advice;
};

/* Adds an object to @answers; if that is NULL, prints a line. */
void report_answer(const struct answer *answer, json_t *answers);

/* Prints and frees the array; NULL is fine. */
void print_answers(json_t *answers);

enum exit_status answer_status(const struct answer *answer);

#endif
