/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Lists of words in one string, with blanks between them. */
#ifndef IPE_SHIM_WORDS_H
#define IPE_SHIM_WORDS_H

#include <stdbool.h>
#include <stddef.h>

struct ipe_word {
	const char *start;
	size_t len;
};

/* Takes the next word from *@list, which may be NULL; false at its end. */
bool ipe_next_word(const char **list, struct ipe_word *ret);

bool ipe_has_word(const char *list, const char *word);

/* The part of a path after its last slash. */
const char *ipe_last_part(const char *path);

#endif
