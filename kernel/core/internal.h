/* SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-or-later */
#ifndef IPE_POLICY_INTERNAL_H
#define IPE_POLICY_INTERNAL_H

#include "limits.h"
#include "policy.h"

_Static_assert(IPE_ACTION_DENY == 0, "zeroed memory must deny");
_Static_assert(IPE_UNKNOWN == 0 && IPE_BY_NOTHING == 0, "zeroed memory must know nothing");

/* An array that grows while a policy is read. */
struct ipe_buffer {
	uint8_t *data;
	size_t used;
	size_t capacity;
};

/*
 * The shape of a rule: what it is for, what it says and which properties it names, but not which
 * digests. Rules of one shape differ in nothing but their digests, so that one search in the index
 * finds the first of them that applies. Packed into IPE_SHAPE_BITS bits, so that shapes can be
 * counted in a bit map.
 */
struct ipe_shape {
	uint8_t op;
	uint8_t action;
	uint8_t must_be_true;
	uint8_t must_be_false;
	uint8_t kinds;
};

#define IPE_SHAPE_OP_BITS     3
#define IPE_SHAPE_ACTION_BITS 1
#define IPE_SHAPE_BITS \
	(IPE_SHAPE_OP_BITS + IPE_SHAPE_ACTION_BITS + 2 * IPE_FLAG_COUNT + IPE_DIGEST_KIND_COUNT)

_Static_assert(IPE_OP_COUNT <= 1 << IPE_SHAPE_OP_BITS, "an operation must fit into a shape");
_Static_assert(IPE_ACTION_COUNT <= 1 << IPE_SHAPE_ACTION_BITS, "an action must fit into a shape");
_Static_assert(IPE_SHAPE_BITS <= 16, "the bit map of shapes must stay small");

static inline uint32_t ipe_shape_pack(const struct ipe_shape *shape)
{
	uint32_t packed = shape->op;

	packed = packed << IPE_SHAPE_ACTION_BITS | shape->action;
	packed = packed << IPE_FLAG_COUNT | shape->must_be_true;
	packed = packed << IPE_FLAG_COUNT | shape->must_be_false;
	return packed << IPE_DIGEST_KIND_COUNT | shape->kinds;
}

static inline uint8_t ipe_take_bits(uint32_t *packed, unsigned int bits)
{
	uint8_t value = (uint8_t)(*packed & ((1U << bits) - 1));

	*packed >>= bits;
	return value;
}

static inline struct ipe_shape ipe_shape_unpack(uint32_t packed)
{
	struct ipe_shape shape;

	shape.kinds = ipe_take_bits(&packed, IPE_DIGEST_KIND_COUNT);
	shape.must_be_false = ipe_take_bits(&packed, IPE_FLAG_COUNT);
	shape.must_be_true = ipe_take_bits(&packed, IPE_FLAG_COUNT);
	shape.action = ipe_take_bits(&packed, IPE_SHAPE_ACTION_BITS);
	shape.op = ipe_take_bits(&packed, IPE_SHAPE_OP_BITS);
	return shape;
}

#define IPE_SHAPE_MASK ((1U << IPE_SHAPE_BITS) - 1)

/* The kinds of digests in a packed shape. */
#define IPE_SHAPE_KINDS ((1U << IPE_DIGEST_KIND_COUNT) - 1)

/* Beside a rule's packed shape. */
#define IPE_RULE_NEVER (1U << 30)
#define IPE_RULE_LIST  (1U << 31)

_Static_assert(IPE_SHAPE_BITS <= 30, "a shape must leave room for the rule's bits");

/*
 * One rule. The operand is the digest's place in the pool or, with IPE_RULE_LIST, the place of a
 * count and as many places in the lists.
 */
struct ipe_rule {
	uint32_t line;
	uint32_t shape;
	uint32_t operand;
};

struct ipe_default {
	uint32_t line;
	bool given;
	enum ipe_action action;
};

/* A shape that occurs in a policy, with the first rule that has it. */
struct ipe_group {
	uint32_t first_rule;
	struct ipe_shape shape;
};

struct ipe_policy {
	uint64_t seed[2];
	char *name;
	size_t name_len;
	uint16_t version[3];
	struct ipe_default defaults[IPE_OP_COUNT + 1];

	/* What the text says, in its order: rules, digests, lists of digests. */
	struct ipe_buffer rules;
	struct ipe_buffer pool;
	struct ipe_buffer lists;

	/* Groups by operation; those of one operation stand in the order of their first rules. */
	struct ipe_group *groups;
	uint32_t group_start[IPE_OP_COUNT + 1];

	/* The index: see index.c. */
	uint32_t *slots;
	uint32_t slot_count;
	unsigned int number_bits;
};

static inline const struct ipe_rule *ipe_policy_rules(const struct ipe_policy *policy)
{
	return (const struct ipe_rule *)(const void *)policy->rules.data;
}

static inline struct ipe_shape ipe_rule_shape(const struct ipe_rule *rule)
{
	return ipe_shape_unpack(rule->shape & IPE_SHAPE_MASK);
}

/* The digests of a rule, as places in the pool. */
struct ipe_operands {
	const uint32_t *places;
	uint32_t count;
};

static inline struct ipe_operands ipe_rule_operands(const struct ipe_policy *policy,
						    const struct ipe_rule *rule)
{
	const uint32_t *list;

	if (rule->shape & IPE_RULE_LIST) {
		list = (const uint32_t *)(const void *)policy->lists.data + rule->operand;
		return (struct ipe_operands){ list + 1, list[0] };
	}
	return (struct ipe_operands){ &rule->operand, (rule->shape & IPE_SHAPE_KINDS) != 0 };
}

/* lex.c: words and lines. */
struct ipe_lexer {
	struct ipe_span text;
	size_t next;
	size_t line_start;
	uint32_t line;
};

void ipe_lex_start(struct ipe_lexer *lexer, const char *text, size_t len);
/* The line's next word; false, and an empty word where it could stand, if there is none. */
bool ipe_lex_word(struct ipe_lexer *lexer, struct ipe_span *ret);
/* Over the rest of the line; false at the end of the text. */
bool ipe_lex_next_line(struct ipe_lexer *lexer);
/* Whether it is a NUL byte where the line's words or the text ended. */
bool ipe_lex_at_nul(const struct ipe_lexer *lexer);

/* buffer.c: the arrays of a policy that is being read. */
bool ipe_buffer_grow(struct ipe_buffer *buffer, size_t more, const struct ipe_lexer *lexer);

/* Room for more bytes behind the used ones; false without memory. */
static inline bool ipe_buffer_reserve(struct ipe_buffer *buffer, size_t more,
				      const struct ipe_lexer *lexer)
{
	return more <= buffer->capacity - buffer->used || ipe_buffer_grow(buffer, more, lexer);
}

/* Give back what is not used; false without memory. */
bool ipe_buffer_trim(struct ipe_buffer *buffer);

/* Neither pointer need be valid if there are no bytes. */
static inline bool ipe_bytes_equal(const void *a, const void *b, size_t len)
{
	return !len || ipe_memcmp(a, b, len) == 0;
}

/* Takes the prefix off a word that has it. */
static inline bool ipe_take_prefix(struct ipe_span *word, const char *prefix, size_t len)
{
	if (word->len < len || ipe_memcmp(word->at, prefix, len) != 0)
		return false;
	word->at += len;
	word->len -= len;
	return true;
}

/* parse.c: what the readers of header and rules share. */
struct ipe_parser {
	struct ipe_lexer lexer;
	struct ipe_policy *policy;
	struct ipe_parse_error *error;
	uint32_t flags;
};

/* Note what is wrong with a word, and at which byte of the text; the reason's negative errno. */
int ipe_parse_fail(struct ipe_parser *parser, enum ipe_parse_reason reason, struct ipe_span token,
		   const char *at);
/* Read the line that begins with a word. */
int ipe_parse_header(struct ipe_parser *parser, struct ipe_span word);
int ipe_parse_rule(struct ipe_parser *parser, struct ipe_span word);
/* vocab.c */
bool ipe_span_equal(struct ipe_span a, struct ipe_span b);
/* Numbers of the vocabulary, or its size for a word that is not in it. */
unsigned int ipe_find_op(struct ipe_span word);
unsigned int ipe_find_action(struct ipe_span word);
/* The same for what begins with a name and "=", which are taken off. */
unsigned int ipe_take_flag(struct ipe_span *word);
unsigned int ipe_take_digest_kind(struct ipe_span *word);
bool ipe_flag_is_extension(unsigned int flag);
/* Numbers of algorithms count from 1, 0 is any other name. */
unsigned int ipe_find_hash(struct ipe_span word);
struct ipe_span ipe_hash_name(unsigned int hash);

/* digest.c: the pool of digests. */
enum ipe_parse_reason ipe_digest_parse(struct ipe_parser *parser, enum ipe_digest_kind kind,
				       struct ipe_span value, uint32_t *ret_place,
				       const char **ret_fault);
enum ipe_digest_kind ipe_digest_read(const struct ipe_buffer *pool, uint32_t place,
				     struct ipe_digest *ret);
bool ipe_digest_equal(const struct ipe_digest *a, const struct ipe_digest *b);

/* index.c: from a shape and digests to the first rule that has them. */

/* What is searched for. A digest of a kind in "any" stands for all digests of that kind. */
struct ipe_key {
	uint32_t shape;
	uint32_t any;
	uint64_t hash[IPE_DIGEST_KIND_COUNT];
	const struct ipe_digest *digest[IPE_DIGEST_KIND_COUNT];
};

#define IPE_NO_RULE 0xffffffffU

uint64_t ipe_index_hash_digest(const struct ipe_policy *policy, const struct ipe_digest *digest);
uint32_t ipe_index_find(const struct ipe_policy *policy, const struct ipe_key *key);
/* Does nothing if the index has the key already. */
void ipe_index_add(struct ipe_policy *policy, const struct ipe_key *key, uint32_t rule);

/* compile.c */
bool ipe_policy_compile(struct ipe_policy *policy);

#endif
