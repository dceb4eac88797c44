/* SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-or-later */
/* What the tables that make-header writes are made of; for Check and for KUnit. */
#ifndef IPE_POLICY_VECTORS_H
#define IPE_POLICY_VECTORS_H

#include "policy.h"

/* A text, and what is wrong with it or how it is printed. */
struct ipe_syntax_vector {
	const char *name;
	struct ipe_span text;
	uint32_t flags;
	int error;
	enum ipe_parse_reason reason;
	uint32_t line;
	uint32_t column;
	struct ipe_span token;
	struct ipe_span canonical;
};

/* A policy, facts, and the decision. */
struct ipe_decision_vector {
	const char *name;
	struct ipe_span policy;
	uint32_t flags;
	unsigned int op;
	struct ipe_facts facts;
	enum ipe_action action;
	enum ipe_basis basis;
	uint32_t line;
	bool certain;
};

#endif
