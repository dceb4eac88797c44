/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The plain way to decide, to measure against: rules in a list, from the first to the last. */
#ifndef IPE_BENCH_LIST_WALK_H
#define IPE_BENCH_LIST_WALK_H

#include "policy.h"

struct walk_rule;

/* A rule that allows one fs-verity digest, before all others; NULL without memory. */
struct walk_rule *walk_prepend(struct walk_rule *list, const char *algorithm, const uint8_t *bytes,
			       size_t len);
bool walk_decide(const struct walk_rule *list, const struct ipe_facts *facts);
void walk_free(struct walk_rule *list);

#endif
