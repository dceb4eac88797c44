/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IPECTL_POLICY_KERNEL_H
#define IPECTL_POLICY_KERNEL_H

#include <stdbool.h>
#include <stddef.h>

#define NO_IPE                                                                                     \
	"IPE is not running; boot a kernel with CONFIG_SECURITY_IPE, and with ipe in the list of " \
	"lsm= if its command line has one"

/* What can be asked of the kernel's IPE through its files. */
enum kernel_request {
	KERNEL_LOAD,
	KERNEL_UPDATE,
	KERNEL_ACTIVATE,
	KERNEL_REMOVE,
};

/* What became of a request. */
struct kernel_answer {
	/* An errno, or 0. */
	int error;
	/* The file could not even be opened: the kernel was not asked. */
	bool unasked;
};

/* One write(2), as IPE takes a policy; @name is the policy's, unused for KERNEL_LOAD. */
struct kernel_answer ask_kernel(enum kernel_request request, const char *name, const void *bytes,
				size_t len);

/* The same with "1", for KERNEL_ACTIVATE and KERNEL_REMOVE. */
struct kernel_answer tell_kernel(enum kernel_request request, const char *name);

/* A sentence that says why a request failed and what to do; static. */
const char *kernel_advice(enum kernel_request request, const char *name,
			  const struct kernel_answer *answer);

#endif
