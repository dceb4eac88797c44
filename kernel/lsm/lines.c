// SPDX-License-Identifier: GPL-2.0-only
/*
 * Finds a line of a policy's text, for the audit record of a rule. Where every STEPth line begins
 * is noted, so that a record costs no more if there are many rules.
 */
#include <linux/mm.h>
#include <linux/slab.h>

#include "ipe.h"

#define STEP 64

/* Takes the first line off the text. Lines are counted as the policy core counts them. */
static struct ipe_span take_line(struct ipe_span *text)
{
	struct ipe_span line = { .at = text->at };
	size_t end = 0, next;

	while (end < text->len && text->at[end] != '\n' && text->at[end] != '\r')
		end++;
	line.len = end;
	next = end;
	if (next < text->len)
		next += text->len - next >= 2 && !memcmp(text->at + next, "\r\n", 2) ? 2 : 1;
	text->at += next;
	text->len -= next;
	return line;
}

static u32 note_starts(struct ipe_span text, u32 *starts)
{
	const char *begin = text.at;
	u32 line = 0;

	while (text.len) {
		if (starts && line % STEP == 0)
			starts[line / STEP] = text.at - begin;
		take_line(&text);
		line++;
	}
	return DIV_ROUND_UP(line, STEP);
}

int ipe_lines_index(struct ipe_lines *lines, struct ipe_span text)
{
	u32 count = note_starts(text, NULL);

	lines->text = text;
	lines->starts = kvmalloc_array(count, sizeof(*lines->starts), GFP_KERNEL);
	if (!lines->starts)
		return -ENOMEM;
	lines->count = note_starts(text, lines->starts);
	return 0;
}

struct ipe_span ipe_lines_get(const struct ipe_lines *lines, u32 line)
{
	struct ipe_span rest = lines->text, found = { .len = 0 };
	u32 part = (line - 1) / STEP, i;

	if (!line || part >= lines->count)
		return found;
	rest.at += lines->starts[part];
	rest.len -= lines->starts[part];
	for (i = part * STEP; i < line; i++)
		found = take_line(&rest);
	return found;
}
