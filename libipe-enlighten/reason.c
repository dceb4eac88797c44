/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "internal.h"

struct description {
	const char *name;
	const char *advice;
};

static const struct description reasons[] = {
	[IPE_REASON_UNDECIDED] = {
		.name = "undecided",
		.advice = "No verdict was reached: look at the error that came with it.",
	},
	[IPE_REASON_ALLOWED] = {
		.name = "allowed",
		.advice = "Nothing needs to be done.",
	},
	[IPE_REASON_POLICY] = {
		.name = "policy",
		.advice = "Put the file on a volume that the execution policy trusts, or have "
			  "its fs-verity digest or signature added to the policy; a refusal of "
			  "IPE's is in the kernel log with its rule.",
	},
	[IPE_REASON_NOEXEC_MOUNT] = {
		.name = "noexec-mount",
		.advice = "Move the file to a file system that is not mounted noexec.",
	},
	[IPE_REASON_UNMAPPABLE] = {
		.name = "unmappable",
		.advice = "Copy the file to a file system that supports mmap(2), so that the "
			  "kernel can be asked about it.",
	},
	[IPE_REASON_NOT_REGULAR] = {
		.name = "not-regular",
		.advice = "Name a regular file: a directory, device, FIFO or socket cannot be "
			  "judged as a script.",
	},
	[IPE_REASON_NO_EXECUTE_BIT] = {
		.name = "no-execute-bit",
		.advice = "Give the file execute permission with chmod(1): "
			  "SECBIT_EXEC_RESTRICT_FILE or SECBIT_EXEC_DENY_INTERACTIVE demands "
			  "it.",
	},
	[IPE_REASON_OPEN_FOR_WRITING] = {
		.name = "open-for-writing",
		.advice = "Close every descriptor that has the file open for writing, then try "
			  "again.",
	},
	[IPE_REASON_INTERACTIVE] = {
		.name = "interactive",
		.advice = "Put the code into a file that the policy allows: "
			  "SECBIT_EXEC_DENY_INTERACTIVE refuses code that is not in a file.",
	},
	[IPE_REASON_ANONYMOUS] = {
		.name = "anonymous-memory",
		.advice = "Put the code into a file that the policy allows: it refuses "
			  "anonymous executable memory, and so code that is not in a file.",
	},
	[IPE_REASON_INLINE] = {
		.name = "inline",
		.advice = "Put the code into a file that the policy allows: this build or "
			  "/etc/ipe-enlighten.conf refuses all code that is not in a file.",
	},
	[IPE_REASON_BAD_CONFIGURATION] = {
		.name = "bad-configuration",
		.advice = "Correct /etc/ipe-enlighten.conf: ipectl config says what is "
			  "wrong with it, or that the policy refuses it.",
	},
	[IPE_REASON_CHANGED] = {
		.name = "changed",
		.advice = "Try again when nobody writes to the file; fs-verity or dm-verity "
			  "makes it immutable.",
	},
	[IPE_REASON_READ_ERROR] = {
		.name = "read-error",
		.advice = "Look for I/O or verity corruption errors of the volume in the "
			  "kernel log and restore the file.",
	},
	[IPE_REASON_TOO_LARGE] = {
		.name = "too-large",
		.advice = "Split the file: it is larger than the program that reads it "
			  "accepts.",
	},
	[IPE_REASON_RESOURCE] = {
		.name = "resource",
		.advice = "Raise the limits on memory, mappings or open files (RLIMIT_AS, "
			  "vm.max_map_count, RLIMIT_NOFILE) and try again.",
	},
	[IPE_REASON_UNKNOWN] = {
		.name = "unknown",
		.advice = "Look at the probes' errors with ipectl why and at any seccomp "
			  "filter; what is not known to be allowed is refused.",
	},
};

#define COUNT (sizeof(reasons) / sizeof(reasons[0]))

_Static_assert(COUNT == IPE_REASON_UNKNOWN + 1, "every reason has a name and advice");

static const struct description *describe(enum ipe_reason reason)
{
	return &reasons[(unsigned int)reason < COUNT ? reason : IPE_REASON_UNKNOWN];
}

IPE_PUBLIC const char *ipe_reason_name(enum ipe_reason reason)
{
	return describe(reason)->name;
}

IPE_PUBLIC const char *ipe_reason_advice(enum ipe_reason reason)
{
	return describe(reason)->advice;
}

IPE_PUBLIC unsigned int ipe_reason_count(void)
{
	return COUNT;
}
