/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdlib.h>

#include "analysis.h"
#include "memory.h"
#include "vocabulary.h"
#include "warnings.h"

/* Takes over the message; the place is a line's words. */
static void warn_of_line(struct findings *findings, struct lines *lines, uint32_t number,
			 const char *code, char *message)
{
	struct ipe_span rest = get_line(lines, number);
	struct ipe_span all = { rest.at, 0 };
	struct ipe_span word;

	if (take_word(&rest, &all))
		while (take_word(&rest, &word))
			all.len = (size_t)(word.at + word.len - all.at);
	add_finding(findings, &(struct finding){
				      .code = code,
				      .line = number,
				      .column = (uint32_t)(all.at - lines->line.at) + 1,
				      .width = all.len,
				      .message = message,
			      });
}

/*
 * Behind the last rule of an operation that says the opposite of its DEFAULT, what a rule decides
 * the DEFAULT would decide likewise. Numbers count from 1 here; 0 if there is no such rule.
 */
static void find_last_opposed(const struct ipe_policy *policy, const struct rule_analysis *analysis,
			      uint32_t ret[IPE_OP_COUNT])
{
	struct ipe_rule_view view;
	uint32_t line;

	for (uint32_t i = 0; ipe_policy_get_rule(policy, i, &view); i++)
		if (analysis[i].effect == RULE_DECIDES &&
		    view.action != default_action(policy, view.op, &line))
			ret[view.op] = i + 1;
}

static void warn_of_idle_rules(const struct ipe_policy *policy, struct lines *lines,
			       struct findings *findings)
{
	struct rule_analysis *analysis = analyse_rules(policy);
	uint32_t opposed[IPE_OP_COUNT] = { 0 };
	struct ipe_rule_view view;
	uint32_t line = 0;

	find_last_opposed(policy, analysis, opposed);
	for (uint32_t i = 0; ipe_policy_get_rule(policy, i, &view); i++) {
		if (analysis[i].effect != RULE_DECIDES || i < opposed[view.op])
			continue;
		default_action(policy, view.op, &line);
		warn_of_line(
			findings, lines, view.line, "no-effect",
			format_text("this rule has no effect: it says what the DEFAULT in line "
				    "%u says anyway; remove it, or change the DEFAULT",
				    line));
	}
	free(analysis);
}

static bool can_refuse(const struct ipe_policy *policy)
{
	struct rule_analysis *analysis = analyse_rules(policy);
	struct ipe_rule_view view;
	bool found = false;
	uint32_t line;

	for (unsigned int op = 0; op < IPE_OP_COUNT; op++)
		found |= default_action(policy, op, &line) == IPE_ACTION_DENY;
	for (uint32_t i = 0; !found && ipe_policy_get_rule(policy, i, &view); i++)
		found = view.action == IPE_ACTION_DENY && analysis[i].effect == RULE_DECIDES;
	free(analysis);
	return found;
}

/* The line of the first rule or DEFAULT that wants to refuse policies; 0 if there is none. */
static uint32_t find_policy_denial(const struct ipe_policy *policy)
{
	struct ipe_rule_view view;
	enum ipe_action action;
	uint32_t line;

	for (uint32_t i = 0; ipe_policy_get_rule(policy, i, &view); i++)
		if (view.op == IPE_OP_POLICY && view.action == IPE_ACTION_DENY)
			return view.line;
	if (ipe_policy_get_default(policy, IPE_OP_POLICY, &action, &line) &&
	    action == IPE_ACTION_DENY)
		return line;
	return 0;
}

void warn_of_effect(const struct ipe_policy *policy, struct lines *lines, struct findings *findings)
{
	uint32_t denial = find_policy_denial(policy);

	warn_of_idle_rules(policy, lines, findings);
	if (denial)
		warn_of_line(findings, lines, denial, "policy-op",
			     format_text("op=POLICY is for the policies of IMA; whoever may load "
					 "policies of IPE still may"));
	if (!can_refuse(policy))
		add_finding(findings,
			    &(struct finding){
				    .code = "refuses-nothing",
				    .message = format_text(
					    "this policy refuses nothing: every DEFAULT "
					    "allows, and no rule denies; begin with DEFAULT "
					    "action=DENY"),
			    });
}
