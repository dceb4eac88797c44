/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "split.h"

#include <string.h>

#define BLANKS " \t\n\r\v\f"

struct reader {
	enum ipe_variable kind;
	bool in_word;
	bool in_quotes;
};

static bool begin_word(struct ipe_split *split)
{
	if (split->count == IPE_SPLIT_WORDS || split->used + 2 > IPE_SPLIT_ROOM)
		return false;
	split->used++;
	split->words[split->count++] = &split->room[split->used];
	return true;
}

static bool add_letter(struct ipe_split *split, struct reader *reader, char letter)
{
	if (!reader->in_word && !begin_word(split))
		return false;
	reader->in_word = true;
	if (split->used + 2 > IPE_SPLIT_ROOM)
		return false;
	split->room[split->used++] = letter;
	return true;
}

static void end_word(struct ipe_split *split, struct reader *reader)
{
	if (reader->in_word)
		split->room[split->used++] = '\0';
	reader->in_word = false;
}

static bool is_escape(const struct reader *reader, const char *value)
{
	if (*value != '\\' || !value[1])
		return false;
	return reader->kind == IPE_VARIABLE_ESCAPED_OPTIONS ||
	       (reader->kind == IPE_VARIABLE_QUOTED_OPTIONS && reader->in_quotes);
}

static bool is_blank(const struct reader *reader, char letter)
{
	if (reader->kind == IPE_VARIABLE_QUOTED_OPTIONS)
		return letter == ' ' && !reader->in_quotes;
	if (reader->kind == IPE_VARIABLE_ESCAPED_OPTIONS)
		return letter == ' ' || letter == '\t';
	return strchr(BLANKS, letter) != NULL;
}

bool ipe_split(struct ipe_split *ret, enum ipe_variable kind, const char *value)
{
	struct reader reader = { .kind = kind };

	ret->used = 0;
	ret->count = 0;
	if (kind == IPE_VARIABLE_ARGUMENTS && strpbrk(value, "'\"\\"))
		return false;
	for (; *value; value++) {
		if (kind == IPE_VARIABLE_QUOTED_OPTIONS && *value == '"') {
			reader.in_quotes = !reader.in_quotes;
			continue;
		}
		if (is_blank(&reader, *value)) {
			end_word(ret, &reader);
			continue;
		}
		value += is_escape(&reader, value);
		if (!add_letter(ret, &reader, *value))
			return false;
	}
	end_word(ret, &reader);
	return !reader.in_quotes;
}
