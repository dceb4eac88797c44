/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "words.h"

#include <string.h>

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n';
}

/* strspn(3) has tables of its own: a page of the C library that a small program needs for nothing else. */
bool ipe_next_word(const char **list, struct ipe_word *ret)
{
	const char *start = *list, *end;

	if (!start)
		return false;
	while (is_blank(*start))
		start++;
	for (end = start; *end && !is_blank(*end);)
		end++;
	*ret = (struct ipe_word){ start, (size_t)(end - start) };
	*list = end;
	return ret->len > 0;
}

static bool is_word(const char *text)
{
	size_t len = 0;

	while (text[len] && !is_blank(text[len]))
		len++;
	return len > 0 && !text[len];
}

/* What is found may be the middle of another word, or several. */
bool ipe_has_word(const char *list, const char *word)
{
	size_t len = strlen(word);

	for (const char *at = list; at && (at = strstr(at, word)) && *at; at++)
		if ((at == list || is_blank(at[-1])) && (!at[len] || is_blank(at[len])))
			return is_word(word);
	return false;
}

const char *ipe_last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}
