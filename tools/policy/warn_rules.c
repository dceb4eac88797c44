/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "advice.h"
#include "analysis.h"
#include "digest_text.h"
#include "memory.h"
#include "vocabulary.h"
#include "warnings.h"

struct checked_rule {
	const struct ipe_policy *policy;
	uint32_t number;
	struct ipe_rule_view view;
	/* Its line, for columns. */
	struct ipe_span line;
	struct findings *findings;
};

/* Takes over the message; the place is @word, or the whole rule if it is empty. */
static void warn(const struct checked_rule *rule, struct ipe_span word, const char *code,
		 char *message)
{
	struct ipe_span rest = rule->line;
	struct ipe_span next;

	if (!word.len && take_word(&rest, &word))
		while (take_word(&rest, &next))
			word.len = (size_t)(next.at + next.len - word.at);
	add_finding(rule->findings,
		    &(struct finding){
			    .code = code,
			    .line = rule->view.line,
			    .column = word.len ? (uint32_t)(word.at - rule->line.at) + 1 : 1,
			    .width = word.len,
			    .message = message,
		    });
}

static const struct ipe_span whole = { "", 0 };

/* Whether a word is KIND=DIGEST, in whatever case its digits are. */
static bool is_digest_word(struct ipe_span word, enum ipe_digest_kind kind, const char *digest)
{
	return take_prefix(&word, ipe_digest_kind_name(kind)) && take_prefix(&word, "=") &&
	       word.len == strlen(digest) && strncasecmp(word.at, digest, word.len) == 0;
}

static struct ipe_span find_digest_word(const struct checked_rule *rule, enum ipe_digest_kind kind,
					const struct ipe_digest *digest)
{
	char *text = format_digest(digest);
	struct ipe_span rest = rule->line;
	struct ipe_span word = whole;

	while (take_word(&rest, &word) && !is_digest_word(word, kind, text))
		word = whole;
	free(text);
	return word;
}

static void check_digest(const struct checked_rule *rule, enum ipe_digest_kind kind,
			 const struct ipe_digest *digest)
{
	size_t size = ipe_hash_size(digest->algorithm);
	struct ipe_span word = find_digest_word(rule, kind, digest);
	int len = (int)digest->algorithm.len;
	const char *name = digest->algorithm.at;
	const char *near = near_algorithm(digest->algorithm);

	if (kind == IPE_DIGEST_FSVERITY_DIGEST && !span_equals(digest->algorithm, "sha256") &&
	    !span_equals(digest->algorithm, "sha512"))
		warn(rule, word, "algorithm",
		     format_text("fs-verity has no algorithm '%.*s', so that this rule never "
				 "applies; use sha256 or sha512",
				 len, name));
	else if (size == 0)
		warn(rule, word, "algorithm",
		     near ? format_text("'%.*s' is not a known algorithm; did you mean '%s'?", len,
					name, near)
			  : format_text("'%.*s' is not a known algorithm; names are lower case, "
					"such as sha256",
					len, name));
	else if (size != digest->len)
		warn(rule, word, "digest-length",
		     format_text("a digest of %.*s has %zu digits and not %zu, so that this rule "
				 "never applies",
				 len, name, 2 * size, 2 * digest->len));
}

static void check_digests(const struct checked_rule *rule)
{
	enum ipe_digest_kind kind;
	struct ipe_digest digest;

	for (uint32_t i = 0;
	     ipe_policy_get_rule_digest(rule->policy, rule->number, i, &kind, &digest); i++)
		check_digest(rule, kind, &digest);
}

static void check_effect(const struct checked_rule *rule, const struct rule_analysis *analysis)
{
	struct ipe_rule_view earlier;
	const char *outcome = "";

	if (analysis->effect == RULE_NEVER)
		warn(rule, whole, "never",
		     format_text("this rule never applies: nothing has all of its properties; "
				 "remove it or write a rule for each"));
	if (analysis->effect != RULE_REPEATED && analysis->effect != RULE_SHADOWED)
		return;
	ipe_policy_get_rule(rule->policy, analysis->earlier, &earlier);
	if (earlier.action != rule->view.action)
		outcome = earlier.action == IPE_ACTION_DENY ? ", and denies it" : ", and allows it";
	if (analysis->effect == RULE_REPEATED && earlier.action == rule->view.action)
		warn(rule, whole, "duplicate",
		     format_text("line %u has the same rule; remove one", earlier.line));
	else
		warn(rule, whole, "shadowed",
		     format_text("this rule never decides: line %u already applies to all that it "
				 "applies to%s; remove this rule or put it first",
				 earlier.line, outcome));
}

/* A rule that allows and asks for nothing that only a protected file has. */
static void check_openness(const struct checked_rule *rule)
{
	const struct ipe_rule_view *view = &rule->view;
	const char *memory = "anonymous memory and ";
	uint32_t line;

	if (view->action != IPE_ACTION_ALLOW || view->must_be_true || view->digest_count)
		return;
	if (default_action(rule->policy, view->op, &line) == IPE_ACTION_ALLOW)
		return;
	if (view->must_be_false & MASK(IPE_FLAG_ANONYMOUS_MEMORY))
		memory = "";
	if (!view->must_be_false)
		warn(rule, whole, "allows-all",
		     format_text("this rule allows %s to everything; say it as a DEFAULT, or name "
				 "what may pass",
				 ipe_op_name(view->op)));
	else
		warn(rule, whole, "admits-tmpfs",
		     format_text(
			     "a property that is FALSE also admits %severy file in a tmpfs; ask "
			     "for one that is TRUE",
			     memory));
}

static void check_extensions(const struct checked_rule *rule)
{
	uint32_t named = rule->view.must_be_true | rule->view.must_be_false;

	if (named & extension_flags())
		warn(rule, whole, "extension",
		     format_text("this rule has an extension: Linux's own IPE refuses the whole "
				 "policy with EBADMSG"));
}

void warn_of_rules(const struct ipe_policy *policy, struct lines *lines, struct findings *findings)
{
	struct rule_analysis *analysis = analyse_rules(policy);
	struct checked_rule rule = { .policy = policy, .findings = findings };

	while (ipe_policy_get_rule(policy, rule.number, &rule.view)) {
		rule.line = get_line(lines, rule.view.line);
		check_effect(&rule, &analysis[rule.number]);
		check_digests(&rule);
		if (analysis[rule.number].effect == RULE_DECIDES)
			check_openness(&rule);
		check_extensions(&rule);
		rule.number++;
	}
	free(analysis);
}
