/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "words.h"

#include <string.h>

#define BLANKS " \t\n"

bool ipe_next_word(const char **list, struct ipe_word *ret)
{
	const char *start = *list;

	if (!start)
		return false;
	start += strspn(start, BLANKS);
	*ret = (struct ipe_word){ start, strcspn(start, BLANKS) };
	*list = start + ret->len;
	return ret->len > 0;
}

bool ipe_has_word(const char *list, const char *word)
{
	struct ipe_word next;
	size_t len = strlen(word);

	while (ipe_next_word(&list, &next))
		if (next.len == len && memcmp(next.start, word, len) == 0)
			return true;
	return false;
}

const char *ipe_last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}
