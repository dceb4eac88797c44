// SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-or-later
#include "internal.h"

#define ARRAY_LEN(array) ((unsigned int)(sizeof(array) / sizeof((array)[0])))
#define SPAN(literal)                        \
	{                                    \
		literal, sizeof(literal) - 1 \
	}

static const struct ipe_span op_words[] = {
#define IPE_OP(id, name) SPAN(name),
#include "vocab.def"
};

static const struct ipe_span action_words[] = {
#define IPE_ACTION(id, name) SPAN(name),
#include "vocab.def"
};

static const struct ipe_span flag_words[] = {
#define IPE_FLAG(id, name, extension) SPAN(name),
#include "vocab.def"
};

static const bool flag_extensions[] = {
#define IPE_FLAG(id, name, extension) extension,
#include "vocab.def"
};

static const struct ipe_span kind_words[] = {
#define IPE_DIGEST_KIND(id, name) SPAN(name),
#include "vocab.def"
};

static const struct ipe_span hash_words[] = {
#define IPE_HASH(id, name, size) SPAN(name),
#include "vocab.def"
};

static const uint8_t hash_sizes[] = {
#define IPE_HASH(id, name, size) size,
#include "vocab.def"
};

_Static_assert(ARRAY_LEN(hash_words) <= 127, "an algorithm's number must fit into seven bits");

bool ipe_span_equal(struct ipe_span a, struct ipe_span b)
{
	return a.len == b.len && ipe_bytes_equal(a.at, b.at, a.len);
}

static unsigned int find_word(const struct ipe_span *words, unsigned int count,
			      struct ipe_span word)
{
	unsigned int i;

	for (i = 0; i < count; i++)
		if (ipe_span_equal(words[i], word))
			break;
	return i;
}

/* Takes "name=" off a word that begins with one of the names. */
static unsigned int take_name(const struct ipe_span *words, unsigned int count,
			      struct ipe_span *word)
{
	unsigned int i;

	for (i = 0; i < count; i++) {
		struct ipe_span name = words[i];

		if (word->len > name.len && word->at[name.len] == '=' &&
		    ipe_take_prefix(word, name.at, name.len)) {
			word->at++;
			word->len--;
			break;
		}
	}
	return i;
}

static const char *word_name(const struct ipe_span *words, unsigned int count, unsigned int number)
{
	return number < count ? words[number].at : NULL;
}

const char *ipe_op_name(unsigned int op)
{
	return word_name(op_words, ARRAY_LEN(op_words), op);
}

const char *ipe_action_name(unsigned int action)
{
	return word_name(action_words, ARRAY_LEN(action_words), action);
}

const char *ipe_flag_name(unsigned int flag)
{
	return word_name(flag_words, ARRAY_LEN(flag_words), flag);
}

const char *ipe_digest_kind_name(unsigned int kind)
{
	return word_name(kind_words, ARRAY_LEN(kind_words), kind);
}

unsigned int ipe_find_op(struct ipe_span word)
{
	return find_word(op_words, ARRAY_LEN(op_words), word);
}

unsigned int ipe_find_action(struct ipe_span word)
{
	return find_word(action_words, ARRAY_LEN(action_words), word);
}

unsigned int ipe_take_flag(struct ipe_span *word)
{
	return take_name(flag_words, ARRAY_LEN(flag_words), word);
}

unsigned int ipe_take_digest_kind(struct ipe_span *word)
{
	return take_name(kind_words, ARRAY_LEN(kind_words), word);
}

bool ipe_flag_is_extension(unsigned int flag)
{
	return flag_extensions[flag];
}

unsigned int ipe_find_hash(struct ipe_span word)
{
	unsigned int i = find_word(hash_words, ARRAY_LEN(hash_words), word);

	return i < ARRAY_LEN(hash_words) ? i + 1 : 0;
}

struct ipe_span ipe_hash_name(unsigned int hash)
{
	return hash_words[hash - 1];
}

size_t ipe_hash_size(struct ipe_span algorithm)
{
	unsigned int hash = ipe_find_hash(algorithm);

	return hash ? hash_sizes[hash - 1] : 0;
}
