/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IPECTL_POLICY_FINDINGS_H
#define IPECTL_POLICY_FINDINGS_H

#include <stdio.h>

#include "lines.h"

/* Something to say about a place in a policy. */
struct finding {
	/* A stable name, such as "shadowed"; of an error that of its errno. */
	const char *code;
	bool is_error;
	/* Of the text, counted from 1; 0 for the policy as a whole. */
	uint32_t line;
	/* In bytes, counted from 1, and how many bytes are meant. */
	uint32_t column;
	size_t width;
	/* Owned. */
	char *message;
};

/* Zeroed, it is empty. */
struct findings {
	struct finding *item;
	size_t count;
};

/* Takes over the message. */
void add_finding(struct findings *findings, const struct finding *finding);
/* By line and column. */
void sort_findings(struct findings *findings);
void free_findings(struct findings *findings);

/* Of each PATH:LINE:COLUMN: message, then the line of @text, and a caret below the place. */
void print_findings(FILE *out, const char *path, struct ipe_span text,
		    const struct findings *findings);

#endif
