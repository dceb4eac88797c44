/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Wu and Manber's search: the last two bytes of a window as long as the shortest pattern say how far
 * it may be moved.
 */
#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "scan.h"

#define BLOCKS 65536U

struct matcher {
	size_t shortest;
	size_t longest;
	unsigned char **bytes;
	/* By block: the shift, and the first pattern plus one; of each pattern the next one. */
	uint8_t shift[BLOCKS];
	uint16_t first[BLOCKS];
	uint16_t *next;
};

static size_t block(const unsigned char *at)
{
	return (size_t)at[0] << 8 | at[1];
}

static void add_pattern(struct matcher *matcher, size_t i)
{
	const unsigned char *bytes = matcher->bytes[i];

	for (size_t end = 2; end <= matcher->shortest; end++) {
		uint8_t *shift = &matcher->shift[block(bytes + end - 2)];

		if (matcher->shortest - end < *shift)
			*shift = (uint8_t)(matcher->shortest - end);
	}
	matcher->next[i] = matcher->first[block(bytes + matcher->shortest - 2)];
	matcher->first[block(bytes + matcher->shortest - 2)] = (uint16_t)(i + 1);
}

struct matcher *make_matcher(void)
{
	struct matcher *matcher = allocate(1, sizeof(*matcher));

	matcher->bytes = allocate(pattern_count, sizeof(*matcher->bytes));
	matcher->next = allocate(pattern_count, sizeof(*matcher->next));
	matcher->shortest = UINT8_MAX;
	for (size_t i = 0; i < pattern_count; i++) {
		const struct pattern *pattern = &patterns[i];

		matcher->bytes[i] = allocate(pattern->len, 1);
		for (size_t j = 0; j < pattern->len; j++)
			matcher->bytes[i][j] = (unsigned char)~pattern->bytes[j];
		if (pattern->len < matcher->shortest)
			matcher->shortest = pattern->len;
		if (pattern->len > matcher->longest)
			matcher->longest = pattern->len;
	}
	memset(matcher->shift, (int)matcher->shortest - 1, sizeof(matcher->shift));
	for (size_t i = 0; i < pattern_count; i++)
		add_pattern(matcher, i);
	return matcher;
}

void free_matcher(struct matcher *matcher)
{
	for (size_t i = 0; i < pattern_count; i++)
		free(matcher->bytes[i]);
	free(matcher->bytes);
	free(matcher->next);
	free(matcher);
}

size_t longest_pattern(const struct matcher *matcher)
{
	return matcher->longest;
}

void match(const struct matcher *matcher, const unsigned char *bytes, size_t len,
	   uint32_t strings[static SIGNATURE_COUNT])
{
	size_t end = matcher->shortest;

	while (end <= len) {
		size_t here = block(bytes + end - 2);
		const unsigned char *start = bytes + end - matcher->shortest;

		if (matcher->shift[here] > 0) {
			end += matcher->shift[here];
			continue;
		}
		for (size_t i = matcher->first[here]; i > 0; i = matcher->next[i - 1])
			if (patterns[i - 1].len <= (size_t)(bytes + len - start) &&
			    memcmp(start, matcher->bytes[i - 1], patterns[i - 1].len) == 0)
				strings[patterns[i - 1].signature] |= 1U << patterns[i - 1].bit;
		end++;
	}
}
