/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "findings.h"
#include "memory.h"
#include "output.h"

/* How much of a long line is shown to the left and to the right of the place, in bytes. */
#define CONTEXT 60U

void add_finding(struct findings *findings, const struct finding *finding)
{
	findings->item = make_room(findings->item, findings->count, sizeof(*finding));
	findings->item[findings->count++] = *finding;
}

static int compare_places(const void *left, const void *right)
{
	const struct finding *a = left;
	const struct finding *b = right;

	if (a->line != b->line)
		return a->line < b->line ? -1 : 1;
	if (a->column != b->column)
		return a->column < b->column ? -1 : 1;
	return strcmp(a->code, b->code);
}

void sort_findings(struct findings *findings)
{
	if (findings->count > 1)
		qsort(findings->item, findings->count, sizeof(*findings->item), compare_places);
}

void free_findings(struct findings *findings)
{
	for (size_t i = 0; i < findings->count; i++)
		free(findings->item[i].message);
	free(findings->item);
	*findings = (struct findings){ 0 };
}

/* A part of a line as a terminal may show it, a tab as one blank; to be freed. */
static char *escape_part(struct ipe_span part)
{
	size_t size;
	char *copy = allocate(part.len, 1);
	char *escaped;
	FILE *out = open_memstream(&escaped, &size);

	memcpy(copy, part.at, part.len);
	for (size_t i = 0; i < part.len; i++)
		if (copy[i] == '\t')
			copy[i] = ' ';
	if (out)
		print_escaped(out, copy, part.len);
	if (!out || fclose(out) != 0)
		give_up("out of memory; free some and try again");
	free(copy);
	return escaped;
}

static int width_of(struct ipe_span part)
{
	char *escaped = escape_part(part);
	wchar_t *wide = allocate(strlen(escaped) + 1, sizeof(*wide));
	size_t count = mbstowcs(wide, escaped, strlen(escaped) + 1);
	int width = count == (size_t)-1 ? -1 : wcswidth(wide, count);

	free(wide);
	if (width < 0)
		width = (int)strlen(escaped);
	free(escaped);
	return width;
}

static void print_excerpt(FILE *out, struct ipe_span line, const struct finding *finding)
{
	bool whole = line.len <= 2 * CONTEXT;
	size_t at = finding->column - 1 < line.len ? finding->column - 1 : line.len;
	size_t start = whole || at <= CONTEXT ? 0 : at - CONTEXT;
	size_t end = whole || line.len - at <= CONTEXT ? line.len : at + CONTEXT;
	size_t marked = finding->width < end - at ? finding->width : end - at;
	char *excerpt = escape_part((struct ipe_span){ line.at + start, end - start });
	int before = width_of((struct ipe_span){ line.at + start, at - start });
	int width = width_of((struct ipe_span){ line.at + at, marked });

	before += fprintf(out, "  %s", start > 0 ? "..." : "");
	fprintf(out, "%s%s\n%*s^", excerpt, end < line.len ? "..." : "", before, "");
	for (int i = 1; i < width; i++)
		putc('~', out);
	putc('\n', out);
	free(excerpt);
}

static void print_finding(FILE *out, const char *path, struct lines *lines,
			  const struct finding *finding)
{
	print_escaped(out, path, strlen(path));
	if (finding->line)
		fprintf(out, ":%u:%u", finding->line, finding->column);
	fputs(finding->is_error ? ": " : ": warning: ", out);
	print_escaped(out, finding->message, strlen(finding->message));
	fprintf(out, finding->is_error ? " (%s)\n" : " [%s]\n", finding->code);
	if (finding->line)
		print_excerpt(out, get_line(lines, finding->line), finding);
}

void print_findings(FILE *out, const char *path, struct ipe_span text,
		    const struct findings *findings)
{
	struct lines lines = { .text = text };

	for (size_t i = 0; i < findings->count; i++)
		print_finding(out, path, &lines, &findings->item[i]);
}
