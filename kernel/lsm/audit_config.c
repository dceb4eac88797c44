// SPDX-License-Identifier: GPL-2.0-only
/* The records of policies that are loaded and activated, and of enforcing that is switched. */
#include <linux/audit.h>

#include "ipe.h"

static struct audit_buffer *start(int type)
{
	return audit_log_start(audit_context(), GFP_KERNEL, type);
}

static void log_session(struct audit_buffer *ab)
{
	audit_log_format(ab, " auid=%u ses=%u",
			 from_kuid(&init_user_ns, audit_get_loginuid(current)),
			 audit_get_sessionid(current));
}

/* Fields' names begin with a word that tells policies apart, and differ in the digest's too. */
static void log_policy(struct audit_buffer *ab, const char *prefix, const char *digest_prefix,
		       const struct ipe_loaded *loaded)
{
	if (!loaded) {
		audit_log_format(ab, "%s_name=? %s_version=? %s_digest=?", prefix, prefix,
				 digest_prefix);
		return;
	}
	audit_log_format(ab, "%s_name=\"%s\" %s_version=%s %s_digest=sha256:", prefix, loaded->name,
			 prefix, loaded->version_text, digest_prefix);
	audit_log_n_hex(ab, loaded->file_digest, sizeof(loaded->file_digest));
}

static void audit_load(const struct ipe_loaded *loaded, int error)
{
	struct audit_buffer *ab = start(AUDIT_IPE_POLICY_LOAD);

	if (!ab)
		return;
	log_policy(ab, "policy", "policy", loaded);
	log_session(ab);
	audit_log_format(ab, " lsm=ipe res=%d errno=%d", !error, error);
	audit_log_end(ab);
}

void ipe_audit_load(const struct ipe_loaded *loaded)
{
	audit_load(loaded, 0);
}

void ipe_audit_load_failure(int error)
{
	audit_load(NULL, error);
}

void ipe_audit_activation(const struct ipe_loaded *before, const struct ipe_loaded *after)
{
	struct audit_buffer *ab = start(AUDIT_IPE_CONFIG_CHANGE);

	if (!ab)
		return;
	log_policy(ab, "old_active_pol", "old_policy", before);
	audit_log_format(ab, " ");
	log_policy(ab, "new_active_pol", "new_policy", after);
	log_session(ab);
	audit_log_format(ab, " lsm=ipe res=1");
	audit_log_end(ab);
}

void ipe_audit_enforce(bool before, bool after)
{
	struct audit_buffer *ab = start(AUDIT_MAC_STATUS);

	if (!ab)
		return;
	audit_log_format(ab, "enforcing=%d old_enforcing=%d", after, before);
	log_session(ab);
	audit_log_format(ab, " enabled=1 old-enabled=1 lsm=ipe res=1 enforce_lock=%d",
			 ipe_enforce_locked);
	audit_log_end(ab);
}
