/* SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-or-later */
/*
 * The IPE policy language and its decision, without an operating system: parse a policy once, then
 * ask it about facts as often as you like. A policy never changes after ipe_policy_parse(), so any
 * number of threads may use it without locks. docs/policy-language.md is the language's definition.
 */
#ifndef IPE_POLICY_H
#define IPE_POLICY_H

#include "platform.h"

/* A number past the last one is an operation that this version does not know. */
enum ipe_op {
#define IPE_OP(id, name) IPE_OP_##id,
#include "vocab.def"
	IPE_OP_COUNT
};

/* In place of an operation: the DEFAULT without op=. */
#define IPE_OP_ANY IPE_OP_COUNT

enum ipe_action {
#define IPE_ACTION(id, name) IPE_ACTION_##id,
#include "vocab.def"
	IPE_ACTION_COUNT
};

enum ipe_flag {
#define IPE_FLAG(id, name, extension) IPE_FLAG_##id,
#include "vocab.def"
	IPE_FLAG_COUNT
};

enum ipe_digest_kind {
#define IPE_DIGEST_KIND(id, name) IPE_DIGEST_##id,
#include "vocab.def"
	IPE_DIGEST_KIND_COUNT
};

enum ipe_parse_reason {
	IPE_PARSE_OK,
#define IPE_REASON(id, error, sentence) IPE_PARSE_##id,
#include "reasons.def"
	IPE_PARSE_REASON_COUNT
};

/* The names of the vocabulary; NULL for a number outside of it. */
const char *ipe_op_name(unsigned int op);
const char *ipe_action_name(unsigned int action);
const char *ipe_flag_name(unsigned int flag);
const char *ipe_digest_kind_name(unsigned int kind);

/* Bytes that are not owned and not terminated. */
struct ipe_span {
	const char *at;
	size_t len;
};

/**
 * ipe_hash_size() - the size of a digest in bytes
 * @algorithm: the algorithm's name, for example "sha256"
 *
 * Return: the size, or 0 if the name is not in the vocabulary (a policy may use it all the same).
 */
size_t ipe_hash_size(struct ipe_span algorithm);

/* A digest, borrowed. Two are equal when algorithm, length and bytes are. */
struct ipe_digest {
	struct ipe_span algorithm;
	const uint8_t *bytes;
	size_t len;
};

/* Accept the properties that Linux's own IPE does not know: memfd_sealed=, anonymous_memory=. */
#define IPE_PARSE_EXTENSIONS (1U << 0)

/**
 * struct ipe_parse_options - how to read a policy
 * @flags: IPE_PARSE_*
 * @seed: random and secret, new for every policy, so that the author of a policy cannot choose
 *	digests that collide in its index
 */
struct ipe_parse_options {
	uint32_t flags;
	uint64_t seed[2];
};

/**
 * struct ipe_parse_error - why and where a policy is refused
 * @reason: IPE_PARSE_*
 * @sentence: the same for the policy's author; never NULL, never freed
 * @line: counted from 1, as an editor counts: CR LF ends one line
 * @column: counted from 1, in bytes
 * @token: the word at fault, a part of the text (of the vocabulary for IPE_PARSE_DEFAULT_MISSING);
 *	empty where something is missing
 */
struct ipe_parse_error {
	enum ipe_parse_reason reason;
	const char *sentence;
	uint32_t line;
	uint32_t column;
	struct ipe_span token;
};

struct ipe_policy;

/**
 * ipe_policy_parse() - make a policy from its text
 * @text: the text, all of it; it may be freed as soon as the function returns
 * @len: the text's length in bytes
 * @options: how to read it
 * @ret: the policy, to be freed with ipe_policy_free(); written only on success
 * @reterr: what is wrong; written only on failure; may be NULL
 *
 * Return: 0, or -EBADMSG, -EINVAL or -ERANGE as the language's definition says, -EFBIG for a text
 * above IPE_TEXT_MAX, -ENOMEM.
 */
int ipe_policy_parse(const char *text, size_t len, const struct ipe_parse_options *options,
		     struct ipe_policy **ret, struct ipe_parse_error *reterr);

/* Free a policy; NULL is fine. */
void ipe_policy_free(struct ipe_policy *policy);

/* What is known of one digest. Zero is unknown. */
enum ipe_knowledge {
	IPE_UNKNOWN,
	IPE_ABSENT,
	IPE_PRESENT,
};

/**
 * struct ipe_facts - what is known of the file or memory to be judged
 * @known: a bit (1 << IPE_FLAG_*) for every flag that is known
 * @truth: the values of the known ones
 * @digest: the digests; a file without one has IPE_ABSENT
 *
 * Zeroed facts say that nothing is known: what could be denied is denied.
 */
struct ipe_facts {
	uint32_t known;
	uint32_t truth;
	struct {
		enum ipe_knowledge knowledge;
		struct ipe_digest value;
	} digest[IPE_DIGEST_KIND_COUNT];
};

/* Say that a flag is known. */
void ipe_facts_set_flag(struct ipe_facts *facts, enum ipe_flag flag, bool value);

/* Say that a digest is known; NULL: known to be absent. Its bytes stay borrowed. */
void ipe_facts_set_digest(struct ipe_facts *facts, enum ipe_digest_kind kind,
			  const struct ipe_digest *digest);

/* The facts of memory without a file behind it: no property but anonymous_memory. */
void ipe_facts_set_anonymous(struct ipe_facts *facts);

/* What a decision rests on. Zero is nothing at all, and denies. */
enum ipe_basis {
	IPE_BY_NOTHING,
	IPE_BY_RULE,
	IPE_BY_OP_DEFAULT,
	IPE_BY_GLOBAL_DEFAULT,
};

/**
 * struct ipe_decision - what a policy says about facts
 * @action: IPE_ACTION_DENY is zero
 * @basis: what decided
 * @rule: the rule's number for IPE_BY_RULE, counted from 0 over all operations in the text's order
 * @line: the line of the rule or DEFAULT
 * @certain: false if a DENY rule decided that applies for all one knows, because a fact is unknown
 */
struct ipe_decision {
	enum ipe_action action;
	enum ipe_basis basis;
	uint32_t rule;
	uint32_t line;
	bool certain;
};

/**
 * ipe_policy_decide() - judge facts
 * @policy: the policy
 * @op: the operation; one that is not known is judged by the global DEFAULT, and denied without one
 * @facts: what is to be judged
 *
 * The first rule of the operation that applies decides, then its DEFAULT, then the global one. A
 * rule that may apply, because a fact is unknown, applies if it denies and does not if it allows.
 * The cost does not depend on the number of rules.
 */
struct ipe_decision ipe_policy_decide(const struct ipe_policy *policy, unsigned int op,
				      const struct ipe_facts *facts);

/* Borrowed from the policy. */
struct ipe_span ipe_policy_get_name(const struct ipe_policy *policy);

/* Major, minor, revision, as one number that compares as versions do. */
uint64_t ipe_policy_get_version(const struct ipe_policy *policy);

uint32_t ipe_policy_get_rule_count(const struct ipe_policy *policy);

/**
 * struct ipe_rule_view - one rule, for whoever lists, compares or explains policies
 * @line: where it stands
 * @op: its operation
 * @action: what it says
 * @must_be_true: a bit (1 << IPE_FLAG_*) for every FLAG=TRUE
 * @must_be_false: likewise for FLAG=FALSE
 * @digest_count: how many digests ipe_policy_get_rule_digest() has
 * @never: it contradicts itself and so never applies
 */
struct ipe_rule_view {
	uint32_t line;
	enum ipe_op op;
	enum ipe_action action;
	uint32_t must_be_true;
	uint32_t must_be_false;
	uint32_t digest_count;
	bool never;
};

/* A rule by its number; false if there is none. */
bool ipe_policy_get_rule(const struct ipe_policy *policy, uint32_t rule, struct ipe_rule_view *ret);

/*
 * A digest of a rule by its number, in the text's order; false if there is none. More than one of
 * a kind stands only in a rule that never applies.
 */
bool ipe_policy_get_rule_digest(const struct ipe_policy *policy, uint32_t rule, uint32_t number,
				enum ipe_digest_kind *ret_kind, struct ipe_digest *ret);

/* The DEFAULT of an operation, or the global one for IPE_OP_ANY; false if there is none. */
bool ipe_policy_get_default(const struct ipe_policy *policy, unsigned int op,
			    enum ipe_action *ret_action, uint32_t *ret_line);

/**
 * ipe_policy_print() - the canonical text of a policy
 * @policy: the policy
 * @buf: where to write; may be NULL if @size is 0
 * @size: how much fits; nothing is written past it, and no NUL is added
 *
 * Header, global DEFAULT, DEFAULTs of operations, rules in their order; one blank between words,
 * properties in the vocabulary's order, lower-case digits. Parsing it gives the same policy but
 * for the line numbers.
 *
 * Return: the text's length, also where it did not fit.
 */
size_t ipe_policy_print(const struct ipe_policy *policy, char *buf, size_t size);

/**
 * ipe_split_signed() - find the signature that is appended to a policy
 * @file: what was read, in the form that the kernel's scripts/sign-file writes
 * @len: its length in bytes
 * @ret_text: the policy's text, a part of @file
 * @ret_signature: the detached PKCS#7 signature, a part of @file
 *
 * Return: 1 if there is a signature, 0 if there is none (nothing is written), or -EBADMSG if there
 * is a malformed one, or one that is not PKCS#7.
 */
int ipe_split_signed(const uint8_t *file, size_t len, struct ipe_span *ret_text,
		     struct ipe_span *ret_signature);

#endif
