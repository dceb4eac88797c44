/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "odd_bytes.h"
#include "output.h"
#include "policy_name.h"

/* NAME_MAX of Linux. */
#define NAME_LIMIT 255U

/* security/inode.c of Linux, securityfs_create_dentry(), and what it calls in fs/. */
int refuse_name(struct ipe_span name, const char **ret_sentence)
{
	/* fs/namei.c, lookup_one_common(); that it is not empty and has no NUL, the core says. */
	if (span_equals(name, ".") || span_equals(name, "..")) {
		*ret_sentence =
			"the kernel makes a directory of the policy's name, which cannot be "
			"'.' or '..'; choose another";
		return EACCES;
	}
	if (memchr(name.at, '/', name.len)) {
		*ret_sentence =
			"the kernel makes a directory of the policy's name, which cannot have "
			"a '/'; choose another";
		return EACCES;
	}
	/* fs/libfs.c, simple_lookup() */
	if (name.len > NAME_LIMIT) {
		*ret_sentence =
			"the kernel makes a directory of the policy's name, which cannot have "
			"more than 255 bytes; shorten it";
		return ENAMETOOLONG;
	}
	return 0;
}

/* Where the name stands in the text: behind the first "policy_name=" that begins a line's words. */
static struct ipe_span find_name(struct lines *lines)
{
	struct ipe_span rest;
	struct ipe_span word;

	while (read_line_of(lines)) {
		rest = lines->line;
		if (take_word(&rest, &word) && take_prefix(&word, "policy_name="))
			return word;
	}
	return (struct ipe_span){ lines->text.at, 0 };
}

static char *describe_odd_name(struct ipe_span name)
{
	struct odd_byte odd;
	char *described;
	char *text;

	if (!find_odd_byte(name, false, &odd))
		return NULL;
	described = format_odd_byte(&odd);
	text = format_text(
		"%s belongs to the policy's name, as all commands must then give it; leave "
		"it out",
		described);
	free(described);
	return text;
}

void judge_name(const struct ipe_policy *policy, struct ipe_span text, struct findings *findings)
{
	struct ipe_span name = ipe_policy_get_name(policy);
	struct lines lines = { .text = text };
	struct ipe_span word = find_name(&lines);
	const char *sentence = NULL;
	int error = refuse_name(name, &sentence);
	char *odd = error ? NULL : describe_odd_name(name);

	if (!error && !odd)
		return;
	add_finding(findings, &(struct finding){
				      .code = error ? error_name(error) : "name",
				      .is_error = error != 0,
				      .line = lines.number,
				      .column = (uint32_t)(word.at - lines.line.at) + 1,
				      .width = word.len,
				      .message = error ? format_text("%s", sentence) : odd,
			      });
}

int complain_of_name(const struct ipe_policy *policy, const struct source *source)
{
	struct findings findings = { 0 };
	const char *sentence;

	judge_name(policy, source->text, &findings);
	print_findings(stderr, source->path, source->text, &findings);
	free_findings(&findings);
	return refuse_name(ipe_policy_get_name(policy), &sentence);
}
