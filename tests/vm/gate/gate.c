/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The library's verdict and reason for a file, wherever the file lies, against the table below and
 * against what the kernel does to the same file at that moment; without a policy, with one that is
 * enforced, without and with securebits, and with one that is only audited.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

#include "ask.h"
#include "gate.h"
#include "ipe.h"
#include "tap.h"

/* <linux/securebits.h> of Debian 12 does not know it. */
#define SECBIT_EXEC_RESTRICT_FILE (1UL << 8)

#define ARRAY_SIZE(a)		  (sizeof(a) / sizeof((a)[0]))

enum trust {
	UNTRUSTED,
	TRUSTED,
	/* This project's own IPE knows what was written into the initramfs at run time. */
	TRUSTED_BY_UPSTREAM,
};

struct place {
	const char *name;
	enum trust trust;
};

/* Under /places and once more under /noexec; guest/places.sh makes them. A place a line. */
/* clang-format off */
static const struct place places[] = {
	{ "initramfs", TRUSTED },
	{ "initramfs-late", TRUSTED_BY_UPSTREAM },
	{ "ext4-plain", UNTRUSTED },
	{ "fsverity-listed", TRUSTED },
	{ "fsverity-unlisted", UNTRUSTED },
	{ "fsverity-signed", TRUSTED },
	{ "fsverity-evil", UNTRUSTED },
	{ "dmverity-listed", TRUSTED },
	{ "dmverity-unlisted", UNTRUSTED },
	{ "dmverity-signed", TRUSTED },
	{ "dmverity-evil", UNTRUSTED },
	{ "squashfs-plain", UNTRUSTED },
	{ "tmpfs", UNTRUSTED },
	{ "overlay-lower", TRUSTED },
	{ "overlay-copied-up", UNTRUSTED },
	{ "overlay-new", UNTRUSTED },
};
/* clang-format on */

static const struct {
	const char *name;
	mode_t mode;
} files[] = {
	{ "elf-0755", 0755 },
	{ "elf-0644", 0644 },
	{ "script-0755", 0755 },
	{ "script-0644", 0644 },
};

static const uid_t users[] = { 0, 1000 };

struct expected {
	enum ipe_verdict verdict;
	enum ipe_reason reason;
	int mmap_probe;
	bool audited;
};

/* IPE is asked before the mount: what it refuses on a noexec mount is refused by the policy. */
static struct expected expect(enum phase phase, bool trusted, bool noexec, mode_t mode)
{
	bool audited = phase != PHASE_NO_POLICY && !trusted;

	if (phase_enforces(phase) && !trusted)
		return (struct expected){ IPE_DENY, IPE_REASON_POLICY, -EACCES, audited };
	if (noexec)
		return (struct expected){ IPE_DENY, IPE_REASON_NOEXEC_MOUNT, -EPERM, audited };
	if (phase == PHASE_RESTRICTED && !(mode & 0111))
		return (struct expected){ IPE_DENY, IPE_REASON_NO_EXECUTE_BIT, IPE_PASSED,
					  audited };
	return (struct expected){ IPE_ALLOW, IPE_REASON_ALLOWED, IPE_PASSED, audited };
}

static bool library_agrees(const struct asked *asked, const struct expected *expected)
{
	for (int way = 0; way < WAYS; way++) {
		const struct ipe_check *check = &asked->check[way];
		bool refused = way == WAY_OPEN_CODE && expected->verdict == IPE_DENY;

		if (check->verdict != expected->verdict || check->reason != expected->reason ||
		    check->mmap_probe != expected->mmap_probe)
			return false;
		if (refused ? asked->ret[way] != -EACCES : asked->ret[way] < 0)
			return false;
	}
	return true;
}

/* The kernel itself executes by the first probe and the mode, whatever the securebits. */
static bool kernel_agrees(const struct observed *observed, int mmap_probe, mode_t mode)
{
	bool allowed = mmap_probe == IPE_PASSED;
	int error = allowed ? 0 : -mmap_probe;

	/* mprotect on a noexec mount is EACCES, not EPERM, and execve knows one errno for both. */
	return observed->map_private == error && observed->map_shared == error &&
	       observed->mprotect == (allowed ? 0 : EACCES) &&
	       observed->execute == (allowed && (mode & 0111) ? EXECUTED : EACCES);
}

static void explain(const struct asked *asked, const struct observed *observed, bool audited)
{
	for (int way = 0; way < WAYS; way++)
		tap_note("library, way %d: returned %d, verdict %d, reason %s, mmap probe %d", way,
			 asked->ret[way], (int)asked->check[way].verdict,
			 ipe_reason_name(asked->check[way].reason), asked->check[way].mmap_probe);
	tap_note("kernel: private mapping %d, shared mapping %d, mprotect %d, execution %d; %s",
		 observed->map_private, observed->map_shared, observed->mprotect, observed->execute,
		 audited ? "audited" : "not audited");
}

static void judge(enum phase phase, const struct subject *subject, uid_t uid, const char *label,
		  const struct expected *expected)
{
	/* The name that memfd_create(2) documents for /proc, which the audit record shares. */
	const char *path = subject->memfd ? "/memfd:gate (deleted)" : subject->path;
	struct observed observed;
	struct asked asked;
	bool audited;

	audit_forget();
	asked = ask_library(subject, uid);
	audited = expected->audited && audit_has_refusal(asked.pid, path, phase_enforces(phase));
	observed = observe_kernel(subject, uid);
	if (library_agrees(&asked, expected) && audited == expected->audited &&
	    kernel_agrees(&observed, asked.check[WAY_CHECK_FD].mmap_probe, subject->mode)) {
		tap_result(true, "%s: %s as uid %u: %s", phase_name(phase), label, uid,
			   ipe_reason_name(expected->reason));
		return;
	}
	tap_result(false, "%s: %s as uid %u: %s", phase_name(phase), label, uid,
		   ipe_reason_name(expected->reason));
	explain(&asked, &observed, audited);
}

static void judge_place(enum phase phase, const struct place *place, bool noexec)
{
	const char *root = noexec ? "/noexec" : "/places";
	bool trusted =
		place->trust == TRUSTED || (place->trust == TRUSTED_BY_UPSTREAM && !ipe_is_ours());
	char path[128];

	for (size_t file = 0; file < ARRAY_SIZE(files); file++) {
		const struct subject subject = { .path = path, .mode = files[file].mode };
		const struct expected expected = expect(phase, trusted, noexec, subject.mode);

		snprintf(path, sizeof(path), "%s/%s/%s", root, place->name, files[file].name);
		for (size_t user = 0; user < ARRAY_SIZE(users); user++)
			judge(phase, &subject, users[user], path, &expected);
	}
}

static void judge_memfd(enum phase phase, bool sealed)
{
	char path[128], label[128];

	for (size_t file = 0; file < ARRAY_SIZE(files); file++) {
		const struct subject subject = {
			.path = path, .mode = files[file].mode, .memfd = true, .sealed = sealed
		};
		const struct expected expected = expect(phase, false, false, subject.mode);

		snprintf(path, sizeof(path), "/places/initramfs/%s", files[file].name);
		snprintf(label, sizeof(label), "%smemfd/%s", sealed ? "sealed " : "",
			 files[file].name);
		for (size_t user = 0; user < ARRAY_SIZE(users); user++)
			judge(phase, &subject, users[user], label, &expected);
	}
}

const char *phase_name(enum phase phase)
{
	static const char *const names[] = {
		[PHASE_NO_POLICY] = "no policy",
		[PHASE_ENFORCING] = "enforcing",
		[PHASE_RESTRICTED] = "enforcing, restricted",
		[PHASE_PERMISSIVE] = "permissive",
	};

	return names[phase];
}

bool phase_enforces(enum phase phase)
{
	return phase == PHASE_ENFORCING || phase == PHASE_RESTRICTED;
}

/* Linux 6.14 brought the bit together with AT_EXECVE_CHECK; before that it cannot be set. */
static bool restrict_files(bool restricted)
{
	return prctl(PR_SET_SECUREBITS, restricted ? SECBIT_EXEC_RESTRICT_FILE : 0) == 0;
}

static void enter_phase(enum phase phase)
{
	if (phase == PHASE_ENFORCING)
		ipe_load_policy();
	if (!restrict_files(phase == PHASE_RESTRICTED))
		tap_abort("securebits");
	if (phase == PHASE_PERMISSIVE)
		ipe_enforce(false);
}

static void run_phase(enum phase phase)
{
	enter_phase(phase);
	for (size_t place = 0; place < ARRAY_SIZE(places); place++) {
		judge_place(phase, &places[place], false);
		judge_place(phase, &places[place], true);
	}
	judge_memfd(phase, false);
	judge_memfd(phase, true);
	judge_inline(phase);
	judge_damaged(phase);
	judge_copied_up(phase);
}

int main(int argc, char **argv)
{
	const unsigned int rows =
		(2 * ARRAY_SIZE(places) + 2) * ARRAY_SIZE(files) * ARRAY_SIZE(users);
	const unsigned int tests = rows + INLINE_TESTS + DAMAGED_TESTS + COPIED_UP_TESTS;
	const bool securebits = restrict_files(true);
	int first = argc == 2 ? atoi(argv[1]) : 0;

	if (first < 1) {
		fputs("usage: gate NUMBER-OF-ITS-FIRST-TEST\n", stderr);
		return 2;
	}
	tap_plan((unsigned int)first, securebits ? PHASES * tests : (PHASES - 1) * tests + 1);
	for (enum phase phase = PHASE_NO_POLICY; phase < PHASES; phase++) {
		if (phase != PHASE_RESTRICTED || securebits)
			run_phase(phase);
		else
			tap_result(true, "%s # SKIP this kernel has no SECBIT_EXEC_RESTRICT_FILE",
				   phase_name(phase));
	}
	return 0;
}
