/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <libmount.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "output.h"
#include "why.h"

static void add(struct list *list, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void add(struct list *list, const char *format, ...)
{
	va_list arguments;
	int len;

	if (list->count == LIST_MAX)
		give_up("more findings than there is room for; please report this");
	va_start(arguments, format);
	len = vasprintf(&list->item[list->count], format, arguments);
	va_end(arguments);
	if (len < 0)
		give_up("out of memory; free some and try again");
	list->count++;
}

static bool exec_refuses(const struct why *why)
{
	bool unknown_flag = !why->restrictions.exec_check_known &&
			    (why->exec_answer == -EINVAL || why->exec_answer == -ENOSYS);

	return why->exec_answer < 0 && !unknown_flag;
}

static void find_refusals(struct why *why)
{
	if (why->error < 0)
		add(&why->refused_by, "open");
	if (!S_ISREG(why->st.st_mode)) {
		add(&why->refused_by, "not-regular");
		return;
	}
	if (why->mmap_answer < 0)
		add(&why->refused_by, "mmap-probe");
	if (why->mount.noexec)
		add(&why->refused_by, "noexec-mount");
	if (why->restrictions.restrict_file && exec_refuses(why))
		add(&why->refused_by, "exec-probe");
}

/* Rules of IPE's policy that would match what the file is now. */
static void find_rules(struct why *why)
{
	const char *fstype = why->mount.fs ? mnt_fs_get_fstype(why->mount.fs) : NULL;
	const struct fsverity_facts *verity = &why->fsverity;
	char hex[2 * sizeof(verity->digest) + 1];

	if (!S_ISREG(why->st.st_mode))
		return;
	if (fstype && strcmp(fstype, "rootfs") == 0)
		add(&why->rules, "op=EXECUTE boot_verified=TRUE action=ALLOW");
	if (why->dm.kind == DM_VERITY) {
		add(&why->rules, "op=EXECUTE dmverity_roothash=%s:%s action=ALLOW",
		    why->dm.algorithm, why->dm.root_hash);
		if (why->dm.signature)
			add(&why->rules, "op=EXECUTE dmverity_signature=TRUE action=ALLOW");
	}
	if (verity->error < 0 || !verity->algorithm)
		return;
	format_hex(hex, verity->digest, verity->digest_size);
	add(&why->rules, "op=EXECUTE fsverity_digest=%s:%s action=ALLOW", verity->algorithm, hex);
	if (verity->signature_error == 0)
		add(&why->rules, "op=EXECUTE fsverity_signature=TRUE action=ALLOW");
}

static void remedy_policy(struct why *why)
{
	if (why->mmap_answer == -EPERM) {
		add(&why->remedies,
		    "The kernel answered EPERM although the mount is not noexec: a security module "
		    "other than IPE refuses.");
		return;
	}
	if (why->rules.count > 0)
		add(&why->remedies, "If IPE refuses it: a policy with one of the rules shown, "
				    "before any rule that denies it, allows the file as it is.");
	else if (why->dm.kind != DM_UNTOLD)
		add(&why->remedies,
		    "The file has no immutable property that a rule could name: put it on a "
		    "dm-verity volume, or enable fs-verity on it with fsverity(1).");
	if (why->overlay.layer == OVERLAY_UPPER)
		add(&why->remedies, "The file was created in or copied up to the overlay's upper "
				    "directory; the trusted volume below no longer vouches for it: "
				    "put the change into that volume.");
}

static void find_remedies(struct why *why)
{
	if (why->error < 0)
		add(&why->remedies, "It cannot be read: %s.", error_advice(-why->error));
	else if (why->check.verdict != IPE_ALLOW)
		add(&why->remedies, "%s", ipe_reason_advice(why->check.reason));
	if (why->check.reason == IPE_REASON_POLICY)
		remedy_policy(why);
	if (why->mount.noexec && S_ISREG(why->st.st_mode))
		add(&why->remedies,
		    "The mount is noexec, which refuses every file on it: move the file, or "
		    "remount with 'mount -o remount,exec' if it should hold code.");
	else if (why->check.reason == IPE_REASON_NOEXEC_MOUNT)
		add(&why->remedies,
		    "The mount is not noexec, but this file system is of the kernel's "
		    "own data and never allows execution.");
}

/* Allowed now says nothing of the day on which the policy is enforced. */
static void remind_of_policy(struct why *why)
{
	if (why->permissive && why->check.verdict == IPE_ALLOW && S_ISREG(why->st.st_mode))
		add(&why->remedies,
		    "IPE is permissive: it logs what its policy refuses, and lets it pass. "
		    "'ipectl policy explain --file' says what the policy decides once it is "
		    "enforced.");
}

void conclude_why(struct why *why)
{
	find_refusals(why);
	find_rules(why);
	find_remedies(why);
	remind_of_policy(why);
}
