/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where code without a file stands, for who reads the refusal. */
#include <string.h>

#include "sources.h"

void ipe_sources_set_inline(struct ipe_sources *sources, const char *where, const char *word,
			    size_t len)
{
	const size_t max = sizeof(sources->inline_word) - 1;
	const size_t part = len < max ? len : max;

	sources->inline_code = where;
	sources->inline_named = where;
	memcpy(sources->inline_word, word, part);
	sources->inline_word[part] = '\0';
}

const char *ipe_sources_inline_text(const struct ipe_sources *sources,
				    char room[static IPE_INLINE_TEXT_MAX])
{
	const char *where = sources->inline_code;

	if (!where || sources->inline_named != where ||
	    strlen(where) + sizeof(": ") + sizeof(sources->inline_word) > IPE_INLINE_TEXT_MAX)
		return where;
	strcpy(stpcpy(stpcpy(room, where), ": "), sources->inline_word);
	return room;
}
