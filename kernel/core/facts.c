// SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-or-later
#include "internal.h"

#define ALL_FLAGS ((1U << IPE_FLAG_COUNT) - 1)

void ipe_facts_set_flag(struct ipe_facts *facts, enum ipe_flag flag, bool value)
{
	uint32_t bit = 1U << flag;

	facts->known |= bit;
	facts->truth = value ? facts->truth | bit : facts->truth & ~bit;
}

void ipe_facts_set_digest(struct ipe_facts *facts, enum ipe_digest_kind kind,
			  const struct ipe_digest *digest)
{
	facts->digest[kind].knowledge = digest ? IPE_PRESENT : IPE_ABSENT;
	facts->digest[kind].value = digest ? *digest : (struct ipe_digest){ .len = 0 };
}

void ipe_facts_set_anonymous(struct ipe_facts *facts)
{
	unsigned int kind;

	facts->known = ALL_FLAGS;
	facts->truth = 1U << IPE_FLAG_ANONYMOUS_MEMORY;
	for (kind = 0; kind < IPE_DIGEST_KIND_COUNT; kind++)
		ipe_facts_set_digest(facts, (enum ipe_digest_kind)kind, NULL);
}
