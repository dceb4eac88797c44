/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "near.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

/* No name that is compared is longer; a longer word resembles none. */
#define NAME_MAX_LEN 32U

/* Whatever stands for nothing that resembles the word. */
#define FAR 1000U

static unsigned int smaller(unsigned int a, unsigned int b)
{
	return a < b ? a : b;
}

/* How many letters are to be added, removed, changed or swapped with the next; case is free. */
static unsigned int distance(const char *word, size_t word_len, const char *name)
{
	unsigned int rows[3][NAME_MAX_LEN + 1];
	size_t len = strlen(name);

	if (word_len > NAME_MAX_LEN || len > NAME_MAX_LEN)
		return FAR;
	for (unsigned int j = 0; j <= len; j++)
		rows[0][j] = j;
	for (unsigned int i = 1; i <= word_len; i++) {
		unsigned int *row = rows[i % 3];
		const unsigned int *last = rows[(i - 1) % 3];
		int a = tolower((unsigned char)word[i - 1]);

		row[0] = i;
		for (unsigned int j = 1; j <= len; j++) {
			int b = tolower((unsigned char)name[j - 1]);

			row[j] = smaller(smaller(last[j], row[j - 1]) + 1, last[j - 1] + (a != b));
			if (i > 1 && j > 1 && a == tolower((unsigned char)name[j - 2]) &&
			    b == tolower((unsigned char)word[i - 2]))
				row[j] = smaller(row[j], rows[(i - 2) % 3][j - 2] + 1);
		}
	}
	return rows[word_len % 3][len];
}

/* A beginning counts as near, too. */
static unsigned int nearness(const char *word, size_t word_len, const char *name)
{
	unsigned int far = distance(word, word_len, name);
	size_t len = strlen(name);

	if (word_len >= 3 && word_len < len && strncasecmp(word, name, word_len) == 0)
		return smaller(far, 1);
	return far <= (len + 2) / 3 && far < len ? far : FAR;
}

bool is_near(const char *word, size_t len, const char *name)
{
	return nearness(word, len, name) != FAR;
}

const char *nearest(const char *word, size_t len, const char *const names[], size_t count)
{
	const char *best = NULL;
	unsigned int least = FAR;

	for (size_t i = 0; i < count; i++) {
		unsigned int far = nearness(word, len, names[i]);

		if (far < least) {
			least = far;
			best = names[i];
		}
	}
	return best;
}
