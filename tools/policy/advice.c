/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdlib.h>
#include <string.h>

#include "advice.h"
#include "lines.h"
#include "memory.h"
#include "near.h"
#include "odd_bytes.h"

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

bool resembles(struct ipe_span word, const char *name)
{
	return is_near(word.at, word.len, name);
}

static const char *find_near(struct ipe_span word, const char *const names[], size_t count)
{
	return nearest(word.at, word.len, names, count);
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
