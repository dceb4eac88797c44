/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "advice.h"
#include "lines.h"
#include "memory.h"
#include "odd_bytes.h"

/* No name of the language is longer; a longer word resembles none. */
#define NAME_MAX_LEN 32U

/* Whatever stands for nothing that resembles the word. */
#define FAR 1000U

static const char *const ops[] = {
#define IPE_OP(id, name) name,
#include "core/vocab.def"
};

static const char *const actions[] = {
#define IPE_ACTION(id, name) name,
#include "core/vocab.def"
};

/* What can stand before "=" in a rule. */
static const char *const keys[] = {
	"op",
	"action",
#define IPE_FLAG(id, name, extension) name,
#define IPE_DIGEST_KIND(id, name)     name,
#include "core/vocab.def"
};

static const char *const algorithms[] = {
#define IPE_HASH(id, name, size) name,
#include "core/vocab.def"
};

static const char *const truths[] = { "TRUE", "FALSE" };
static const char *const starts[] = { "DEFAULT", "op" };
static const char *const headers[] = { "policy_name", "policy_version" };

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static unsigned int smaller(unsigned int a, unsigned int b)
{
	return a < b ? a : b;
}

/* How many letters are to be added, removed, changed or swapped with the next; case is free. */
static unsigned int distance(struct ipe_span word, const char *name)
{
	unsigned int rows[3][NAME_MAX_LEN + 1];
	size_t len = strlen(name);

	if (word.len > NAME_MAX_LEN || len > NAME_MAX_LEN)
		return FAR;
	for (unsigned int j = 0; j <= len; j++)
		rows[0][j] = j;
	for (unsigned int i = 1; i <= word.len; i++) {
		unsigned int *row = rows[i % 3];
		const unsigned int *last = rows[(i - 1) % 3];
		int a = tolower((unsigned char)word.at[i - 1]);

		row[0] = i;
		for (unsigned int j = 1; j <= len; j++) {
			int b = tolower((unsigned char)name[j - 1]);

			row[j] = smaller(smaller(last[j], row[j - 1]) + 1, last[j - 1] + (a != b));
			if (i > 1 && j > 1 && a == tolower((unsigned char)name[j - 2]) &&
			    b == tolower((unsigned char)word.at[i - 2]))
				row[j] = smaller(row[j], rows[(i - 2) % 3][j - 2] + 1);
		}
	}
	return rows[word.len % 3][len];
}

/* A beginning counts as near, too. */
static unsigned int nearness(struct ipe_span word, const char *name)
{
	unsigned int far = distance(word, name);
	size_t len = strlen(name);

	if (word.len >= 3 && word.len < len && strncasecmp(word.at, name, word.len) == 0)
		return smaller(far, 1);
	return far <= (len + 2) / 3 && far < len ? far : FAR;
}

bool resembles(struct ipe_span word, const char *name)
{
	return nearness(word, name) != FAR;
}

static const char *find_near(struct ipe_span word, const char *const names[], size_t count)
{
	const char *best = NULL;
	unsigned int least = FAR;

	for (size_t i = 0; i < count; i++) {
		unsigned int far = nearness(word, names[i]);

		if (far < least) {
			least = far;
			best = names[i];
		}
	}
	return best;
}

const char *near_algorithm(struct ipe_span name)
{
	return find_near(name, algorithms, COUNT(algorithms));
}

/* Splits KEY=VALUE; without "=", all of it is the key. */
static struct ipe_span split_key(struct ipe_span word, struct ipe_span *ret_value)
{
	const char *equals = word.len ? memchr(word.at, '=', word.len) : NULL;
	size_t len = equals ? (size_t)(equals - word.at) : word.len;

	*ret_value = (struct ipe_span){ word.at + len, word.len - len };
	take_prefix(ret_value, "=");
	return (struct ipe_span){ word.at, len };
}

/* What a word should be: a name, with "=" behind it where it is a key; NULL if nothing is near. */
static char *find_meaning(const struct ipe_parse_error *error)
{
	struct ipe_span value;
	struct ipe_span key = split_key(error->token, &value);
	const char *near = NULL;
	const char *equals = "=";

	switch ((unsigned int)error->reason) {
	case IPE_PARSE_OP_UNKNOWN:
		near = find_near(value, ops, COUNT(ops));
		return near ? format_text("op=%s", near) : NULL;
	case IPE_PARSE_ACTION_UNKNOWN:
		near = find_near(value, actions, COUNT(actions));
		return near ? format_text("action=%s", near) : NULL;
	case IPE_PARSE_FLAG_VALUE:
		near = find_near(value, truths, COUNT(truths));
		return near ? format_text("%.*s=%s", (int)key.len, key.at, near) : NULL;
	case IPE_PARSE_PROPERTY_UNKNOWN:
	case IPE_PARSE_DEFAULT_PROPERTY:
	case IPE_PARSE_ACTION_MISSING:
		near = find_near(key, keys, COUNT(keys));
		break;
	case IPE_PARSE_STATEMENT_UNKNOWN:
		near = find_near(key, starts, COUNT(starts));
		equals = near == starts[0] ? "" : "=";
		break;
	case IPE_PARSE_HEADER_NAME:
		near = find_near(key, &headers[0], 1);
		break;
	case IPE_PARSE_HEADER_VERSION:
		near = find_near(key, &headers[1], 1);
		break;
	default:
		break;
	}
	/* The key is right where its "=" or its place is not. */
	if (!near || (key.len < error->token.len && span_equals(key, near)))
		return NULL;
	return format_text("%s%s", near, equals);
}

/* How far before an error its reason is looked for, in bytes. */
#define LOOK_BACK 256U

/* The end of the line's part that is the error's, and somewhat of what stands before it. */
static struct ipe_span find_context(const struct ipe_parse_error *error, struct ipe_span line)
{
	size_t end = error->column - 1 < line.len ? error->column - 1 : line.len;
	size_t start = end < LOOK_BACK ? 0 : end - LOOK_BACK;

	return (struct ipe_span){ line.at + start, end - start };
}

/* Where words are told apart, a character that only looks like a blank is what is wrong. */
static char *find_disguise(const struct ipe_parse_error *error, struct ipe_span line)
{
	struct odd_byte odd;
	char *described;
	char *text;

	if (error->reason == IPE_PARSE_NUL_BYTE || error->reason == IPE_PARSE_DEFAULT_MISSING)
		return NULL;
	if (!find_odd_byte(error->token, false, &odd) &&
	    !find_odd_byte(find_context(error, line), true, &odd))
		return NULL;
	described = format_odd_byte(&odd);
	text = format_text("byte %zu of the line is %s%s", (size_t)(odd.at - line.at) + 1,
			   described,
			   odd.is_blank ? ", and only spaces and tabs separate words" : "");
	free(described);
	return text;
}

char *explain_error(const struct ipe_parse_error *error, struct ipe_span line)
{
	char *meant = find_meaning(error);
	char *disguise = find_disguise(error, line);
	char *text;

	if (error->reason == IPE_PARSE_DEFAULT_MISSING)
		text = format_text(
			"there is no DEFAULT for %.*s; add it, or DEFAULT action=DENY for "
			"all",
			(int)error->token.len, error->token.at);
	else
		text = format_text("%s%s%s%s%s%s", error->sentence, meant ? "; did you mean '" : "",
				   meant ? meant : "", meant ? "'?" : "", disguise ? "; " : "",
				   disguise ? disguise : "");
	free(meant);
	free(disguise);
	return text;
}
