/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A variable of the environment as the words that its interpreter makes of it. */
#ifndef IPE_SHIM_SPLIT_H
#define IPE_SHIM_SPLIT_H

#include <stdbool.h>
#include <stddef.h>

#include "rules.h"

#define IPE_SPLIT_ROOM	4096
#define IPE_SPLIT_WORDS 256

struct ipe_split {
	/* Each word with its NUL and a byte for a dash in front. */
	char room[IPE_SPLIT_ROOM];
	size_t used;
	char *words[IPE_SPLIT_WORDS];
	int count;
};

/* False if there is no room, or the interpreter would not understand it. */
bool ipe_split(struct ipe_split *ret, enum ipe_variable kind, const char *value);

#endif
