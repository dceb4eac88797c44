/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "setting.h"

#include <string.h>

struct span {
	const char *start;
	const char *end;
};

enum key {
	INLINE,
	EVAL,
	JUDGE,
	UNKNOWN,
};

static const char *const keys[] = { "inline", "eval", "judge", "unknown", NULL };

/* In the order of enum ipe_inline. */
static const char *const inline_values[] = { "securebits", "anonymous", "deny", NULL };
static const char *const eval_values[] = { "inline", NULL };
static const char *const unknown_values[] = { "code", "data", NULL };

_Static_assert(IPE_INLINE_SECUREBITS == 0 && IPE_INLINE_DENY == 2, "inline_values[] has its order");

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static struct span trim(struct span text)
{
	while (text.start < text.end && is_blank(*text.start))
		text.start++;
	while (text.start < text.end && is_blank(text.end[-1]))
		text.end--;
	return text;
}

/* Cuts @text at the first @separator; what follows it is left in @text. */
static struct span cut(struct span *text, char separator)
{
	struct span head = *text;
	const char *at = memchr(text->start, separator, (size_t)(text->end - text->start));

	head.end = at ? at : text->end;
	text->start = at ? at + 1 : text->end;
	return head;
}

/* The place of @text among @words, or -1. */
static int find(struct span text, const char *const words[])
{
	size_t len = (size_t)(text.end - text.start);

	for (int i = 0; words[i]; i++)
		if (len == strlen(words[i]) && memcmp(text.start, words[i], len) == 0)
			return i;
	return -1;
}

/* Files are known by their paths as they are: no other form of one would ever be found. */
static bool is_plain(struct span path)
{
	static const char *const no_parts[] = { "", ".", "..", NULL };

	while (path.start < path.end)
		if (find(cut(&path, '/'), no_parts) >= 0)
			return false;
	return true;
}

static bool is_path(struct span value)
{
	if (value.start == value.end || *value.start != '/')
		return false;
	for (const char *c = value.start; c < value.end; c++)
		if ((unsigned char)*c < ' ' || *c == '\x7f')
			return false;
	value.start++;
	return is_plain(value);
}

static void add_judged(struct span path, struct ipe_judged *judged)
{
	size_t len = (size_t)(path.end - path.start);

	memcpy(judged->paths + judged->len, path.start, len);
	judged->paths[judged->len + len] = '\0';
	judged->len += len + 1;
}

static bool fail(struct ipe_fault *fault, enum ipe_setting_fault kind, struct span word,
		 const char *const *known)
{
	fault->kind = kind;
	fault->word = word.start;
	fault->len = (size_t)(word.end - word.start);
	fault->known = known;
	return false;
}

/* The place of @value among @known; false if it has none, or if the key was seen before. */
static bool take_word(struct span value, const char *const known[], bool *seen, int *ret,
		      struct ipe_fault *fault)
{
	if (*seen)
		return fail(fault, IPE_SETTING_TWICE, value, NULL);
	*ret = find(value, known);
	if (*ret < 0)
		return fail(fault,
			    value.start == value.end ? IPE_SETTING_NO_VALUE
						     : IPE_SETTING_UNKNOWN_VALUE,
			    value, known);
	*seen = true;
	return true;
}

static bool take_path(struct span value, struct ipe_judged *judged, struct ipe_fault *fault)
{
	if (value.start == value.end)
		return fail(fault, IPE_SETTING_NO_VALUE, value, NULL);
	if (!is_path(value))
		return fail(fault, IPE_SETTING_NO_PATH, value, NULL);
	if (judged)
		add_judged(value, judged);
	return true;
}

static bool set(struct ipe_settings *settings, enum key key, struct span value,
		struct ipe_fault *fault)
{
	int word = 0;

	switch (key) {
	case INLINE:
		if (!take_word(value, inline_values, &settings->inline_seen, &word, fault))
			return false;
		settings->inline_setting = (enum ipe_inline)word;
		return true;
	case EVAL:
		return take_word(value, eval_values, &settings->eval_is_inline, &word, fault);
	case UNKNOWN:
		if (!take_word(value, unknown_values, &settings->unknown_seen, &word, fault))
			return false;
		settings->unknown_is_data = word == 1;
		return true;
	case JUDGE:
	default:
		return take_path(value, settings->judged, fault);
	}
}

/* "inline deny" and "inline: deny": more than a key, and no sign. */
static bool has_blank_or_colon(struct span text)
{
	for (const char *c = text.start; c < text.end; c++)
		if (is_blank(*c) || *c == ':')
			return true;
	return false;
}

bool ipe_parse_setting(const char *line, size_t len, struct ipe_settings *settings,
		       struct ipe_fault *ret_fault)
{
	struct span text = { line, line + len };
	struct span value = trim(cut(&text, '#'));
	struct span key, rest;
	int place;

	*ret_fault = (struct ipe_fault){ 0 };
	if (value.start == value.end)
		return true;
	rest = value;
	key = trim(cut(&rest, '='));
	if (key.end == value.end && find(key, keys) < 0 && has_blank_or_colon(key))
		return fail(ret_fault, IPE_SETTING_NO_SIGN, key, NULL);
	if (key.start == key.end)
		return fail(ret_fault, IPE_SETTING_NO_KEY, key, keys);
	place = find(key, keys);
	if (place < 0)
		return fail(ret_fault, IPE_SETTING_UNKNOWN_KEY, key, keys);
	ret_fault->key = keys[place];
	return set(settings, (enum key)place, trim(rest), ret_fault);
}
