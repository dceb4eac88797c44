// SPDX-License-Identifier: GPL-2.0-only
/*
 * The record of a decision. Its first fields are those of Linux's own IPE, to the byte; behind them
 * stands what it takes to write a rule for the file.
 */
#include <linux/audit.h>
#include <linux/ctype.h>
#include <linux/fsverity.h>
#include <linux/sched.h>

#include "ipe.h"

static const char *const hook_names[] = {
	[IPE_HOOK_BPRM_CHECK] = "BPRM_CHECK",
	[IPE_HOOK_BPRM_CREDS_FOR_EXEC] = "BPRM_CREDS_FOR_EXEC",
	[IPE_HOOK_MMAP] = "MMAP",
	[IPE_HOOK_MPROTECT] = "MPROTECT",
	[IPE_HOOK_KERNEL_READ] = "KERNEL_READ",
	[IPE_HOOK_KERNEL_LOAD] = "KERNEL_LOAD",
	[IPE_HOOK_PROC_MEM] = "PROC_MEM",
	[IPE_HOOK_PTRACE] = "PTRACE",
};

static const char *op_name(unsigned int op)
{
	return ipe_op_name(op) ?: "UNKNOWN";
}

static void log_subject(struct audit_buffer *ab, const struct ipe_subject *subject)
{
	char comm[sizeof(current->comm)];
	const struct inode *inode;

	audit_log_format(ab, "ipe_op=%s ipe_hook=%s enforcing=%d", op_name(subject->op),
			 hook_names[subject->hook], READ_ONCE(ipe_enforcing));
	audit_log_format(ab, " pid=%d comm=", task_tgid_nr(current));
	/* Not get_task_comm(), whose lock a tracer holds. */
	audit_log_untrustedstring(ab, memcpy(comm, current->comm, sizeof(comm)));
	if (!subject->file) {
		audit_log_format(ab, " path=? dev=? ino=?");
		return;
	}
	audit_log_d_path(ab, " path=", &subject->file->f_path);
	inode = file_inode(subject->file);
	audit_log_format(ab, " dev=");
	audit_log_untrustedstring(ab, inode->i_sb->s_id);
	audit_log_format(ab, " ino=%llu", (unsigned long long)inode->i_ino);
}

/* Takes the next word off a line of a rule, which the policy core has accepted. */
static struct ipe_span take_word(struct ipe_span *line)
{
	struct ipe_span word;

	while (line->len && (*line->at == ' ' || *line->at == '\t')) {
		line->at++;
		line->len--;
	}
	word = (struct ipe_span){ .at = line->at };
	while (line->len && *line->at != ' ' && *line->at != '\t') {
		line->at++;
		line->len--;
	}
	word.len = line->at - word.at;
	return word;
}

static bool begins_with(struct ipe_span word, const char *prefix)
{
	return word.len >= strlen(prefix) && !memcmp(word.at, prefix, strlen(prefix));
}

/* As Linux's own IPE prints it: the algorithm in quotation marks, upper-case digits. */
static void log_rule_digest(struct audit_buffer *ab, struct ipe_span word)
{
	const char *equals = memchr(word.at, '=', word.len);
	const char *colon = memchr(word.at, ':', word.len);
	const char *end = word.at + word.len, *at = colon + 1;
	char digits[2 * FS_VERITY_MAX_DIGEST_SIZE];
	int used;

	audit_log_format(ab, "%.*s", (int)(equals + 1 - word.at), word.at);
	audit_log_n_untrustedstring(ab, equals + 1, colon - equals - 1);
	audit_log_format(ab, ":");
	while (at < end) {
		for (used = 0; used < sizeof(digits) && at < end; at++)
			digits[used++] = toupper(*at);
		audit_log_format(ab, "%.*s", used, digits);
	}
}

static bool is_digest(struct ipe_span word)
{
	return begins_with(word, "dmverity_roothash=") || begins_with(word, "fsverity_digest=");
}

static void log_rule(struct audit_buffer *ab, const struct ipe_loaded *active,
		     const struct ipe_decision *decision)
{
	struct ipe_span line = ipe_lines_get(&active->lines, decision->line);
	struct ipe_span word;

	while ((word = take_word(&line)).len && !begins_with(word, "action=")) {
		if (is_digest(word))
			log_rule_digest(ab, word);
		else
			audit_log_format(ab, "%.*s", (int)word.len, word.at);
		audit_log_format(ab, " ");
	}
}

static void log_decision(struct audit_buffer *ab, const struct ipe_subject *subject,
			 const struct ipe_loaded *active, const struct ipe_decision *decision)
{
	audit_log_format(ab, " rule=\"");
	if (decision->basis == IPE_BY_RULE)
		log_rule(ab, active, decision);
	else if (decision->basis == IPE_BY_OP_DEFAULT)
		audit_log_format(ab, "DEFAULT op=%s ", op_name(subject->op));
	else
		audit_log_format(ab, "DEFAULT ");
	audit_log_format(ab, "action=%s\" rule_line=%u", ipe_action_name(decision->action),
			 decision->line);
}

static void log_digest(struct audit_buffer *ab, const struct ipe_facts *facts,
		       enum ipe_digest_kind kind)
{
	const struct ipe_digest *digest = &facts->digest[kind].value;

	audit_log_format(ab, " %s=", ipe_digest_kind_name(kind));
	if (facts->digest[kind].knowledge != IPE_PRESENT)
		audit_log_format(ab, "?");
	else
		audit_log_format(ab, "%.*s:%*phN", (int)digest->algorithm.len, digest->algorithm.at,
				 (int)digest->len, digest->bytes);
}

static void log_flag(struct audit_buffer *ab, const struct ipe_facts *facts, enum ipe_flag flag)
{
	const char *value = facts->truth & 1U << flag ? "TRUE" : "FALSE";

	if (!(facts->known & 1U << flag))
		value = "?";
	audit_log_format(ab, " %s=%s", ipe_flag_name(flag), value);
}

static void log_evidence(struct audit_buffer *ab, const struct ipe_subject *subject)
{
	const u32 flags = 1U << IPE_FLAG_FSVERITY_SIGNATURE | 1U << IPE_FLAG_DMVERITY_SIGNATURE;
	const u32 digests = 1U << IPE_DIGEST_FSVERITY_DIGEST | 1U << IPE_DIGEST_DMVERITY_ROOTHASH;
	u8 buffer[FS_VERITY_MAX_DIGEST_SIZE];
	struct ipe_facts facts = {};

	ipe_collect_flags(&facts, subject, flags);
	ipe_collect_digests(&facts, subject, digests, buffer);
	log_digest(ab, &facts, IPE_DIGEST_FSVERITY_DIGEST);
	log_flag(ab, &facts, IPE_FLAG_FSVERITY_SIGNATURE);
	log_digest(ab, &facts, IPE_DIGEST_DMVERITY_ROOTHASH);
	log_flag(ab, &facts, IPE_FLAG_DMVERITY_SIGNATURE);
}

void ipe_audit_decision(const struct ipe_subject *subject, const struct ipe_loaded *active,
			const struct ipe_decision *decision)
{
	struct audit_buffer *ab;

	ab = audit_log_start(audit_context(), GFP_ATOMIC | __GFP_NOWARN, AUDIT_IPE_ACCESS);
	if (!ab)
		return;
	log_subject(ab, subject);
	log_decision(ab, subject, active, decision);
	log_evidence(ab, subject);
	audit_log_end(ab);
}
