/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which files are not in the policy because they do not look like code, by suffix. */
#include <stdlib.h>
#include <string.h>

#include "code_files.h"
#include "memory.h"
#include "output.h"

/* The others are counted together. */
#define NAMED_MAX 8

struct suffix {
	/* With its dot; empty for none. */
	const char *text;
	size_t count;
};

static const char *suffix_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;
	const char *dot = strrchr(name, '.');

	return dot && dot != name ? dot : "";
}

static int compare_texts(const void *a, const void *b)
{
	return strcmp(((const struct suffix *)a)->text, ((const struct suffix *)b)->text);
}

/* The most frequent first. */
static int compare_counts(const void *a, const void *b)
{
	const struct suffix *one = a, *other = b;

	if (one->count != other->count)
		return one->count < other->count ? 1 : -1;
	return compare_texts(a, b);
}

static struct suffix *list_suffixes(const struct code_files *files, size_t *ret_count)
{
	struct suffix *list = allocate(files->count + 1, sizeof(*list));

	for (size_t i = 0; i < files->count; i++)
		if (files->item[i].left_out)
			list[(*ret_count)++] = (struct suffix){ suffix_of(files->item[i].path), 1 };
	return list;
}

/* Each suffix once; the number of them. */
static size_t join_suffixes(struct suffix *list, size_t count)
{
	size_t joined = 0;

	qsort(list, count, sizeof(*list), compare_texts);
	for (size_t i = 0; i < count; i++) {
		if (joined > 0 && compare_texts(&list[joined - 1], &list[i]) == 0)
			list[joined - 1].count++;
		else
			list[joined++] = list[i];
	}
	qsort(list, joined, sizeof(*list), compare_counts);
	return joined;
}

static void print_suffixes(const struct suffix *list, size_t count)
{
	size_t others = 0;

	for (size_t i = 0; i < count; i++) {
		if (i >= NAMED_MAX) {
			others += list[i].count;
			continue;
		}
		fprintf(stderr, "%s%zu ", i > 0 ? ", " : "", list[i].count);
		if (*list[i].text)
			print_escaped(stderr, list[i].text, strlen(list[i].text));
		else
			fputs("without a suffix", stderr);
	}
	if (others > 0)
		fprintf(stderr, ", %zu others", others);
}

void tell_left_out(const struct code_files *files)
{
	size_t count = 0;
	struct suffix *list = list_suffixes(files, &count);

	if (count > 0) {
		fprintf(stderr,
			"ipectl: policy new: files left out, as they do not look like code: %zu (",
			count);
		print_suffixes(list, join_suffixes(list, count));
		fputs("); --all trusts every file\n", stderr);
	}
	free(list);
}
