/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "memory.h"
#include "vocabulary.h"
#include "warnings.h"

static void warn_at(struct findings *findings, const struct lines *lines, const char *code,
		    char *message)
{
	add_finding(findings, &(struct finding){
				      .code = code,
				      .line = lines->number,
				      .column = (uint32_t)lines->line.len + 1,
				      .message = message,
			      });
}

static void warn_of_line_ends(struct ipe_span text, struct findings *findings)
{
	struct lines lines = { .text = text };
	bool told_crlf = false;

	while (read_line_of(&lines)) {
		if (lines.end == LINE_END_CR)
			warn_at(findings, &lines, "carriage-return",
				format_text(
					"a carriage return ends this line for the kernel, though "
					"few programs show it; what follows is a line of its own"));
		if (lines.end == LINE_END_CRLF && !told_crlf)
			warn_at(findings, &lines, "crlf",
				format_text("lines end with CR LF; write LF alone"));
		told_crlf |= lines.end == LINE_END_CRLF;
	}
}

static void warn_of_size(const struct source *source, struct findings *findings)
{
	size_t room = source->form == SOURCE_PKCS7 ? 0 : SIGNATURE_ROOM;
	size_t size = source->form == SOURCE_PKCS7 ? source->size : source->text.len;

	if (source->form == SOURCE_APPENDED || size + room <= PKCS7_MAX)
		return;
	add_finding(
		findings,
		&(struct finding){
			.code = "size",
			.message = format_text(
				"%zu bytes%s do not fit into the %u that Linux's own IPE reads; "
				"trust volumes by dm-verity instead of digests, or use 'ipectl "
				"policy sign --appended' for the kernel of ipe-enlighten",
				size, room ? " and a signature" : "", PKCS7_MAX),
		});
}

void warn_of_text(const struct source *source, struct findings *findings)
{
	warn_of_line_ends(source->text, findings);
	warn_of_size(source, findings);
}

static uint32_t first_deny_rule(const struct ipe_policy *policy)
{
	struct ipe_rule_view view;

	for (uint32_t i = 0; ipe_policy_get_rule(policy, i, &view); i++)
		if (view.op == IPE_OP_EXECUTE && view.action == IPE_ACTION_DENY)
			return view.line;
	return 0;
}

void warn_of_defaults(const struct ipe_policy *policy, struct lines *lines,
		      struct findings *findings)
{
	uint32_t deny = first_deny_rule(policy);
	uint32_t line = 0;
	struct ipe_span rest;
	struct ipe_span word;

	if (!deny || default_action(policy, IPE_OP_EXECUTE, &line) != IPE_ACTION_ALLOW)
		return;
	rest = get_line(lines, line);
	if (!take_word(&rest, &word))
		return;
	add_finding(
		findings,
		&(struct finding){
			.code = "default-allow",
			.line = line,
			.column = (uint32_t)(word.at - lines->line.at) + 1,
			.width = word.len,
			.message = format_text(
				"everything that the DENY rules, as in line %u, do not name may "
				"be executed; deny by default and name what may pass",
				deny),
		});
}
