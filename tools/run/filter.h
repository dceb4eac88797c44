/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IPECTL_RUN_FILTER_H
#define IPECTL_RUN_FILTER_H

#include <seccomp.h>
#include <stdbool.h>

/* The architecture of the 32-bit programs that this machine runs, or 0. */
uint32_t second_architecture(void);

/* A filter of system calls of one architecture, which allows; NULL for want of memory. */
scmp_filter_ctx new_filter(uint32_t architecture);

/* Likewise, of both architectures of this machine. */
scmp_filter_ctx new_common_filter(void);

/* Whether @call gets @action; a system call that the machine does not have is none to be filtered. */
bool add_rule(scmp_filter_ctx filter, uint32_t action, const char *call);
bool add_rule_if(scmp_filter_ctx filter, uint32_t action, const char *call,
		 struct scmp_arg_cmp argument);
bool add_rule_if_both(scmp_filter_ctx filter, uint32_t action, const char *call,
		      struct scmp_arg_cmp argument, struct scmp_arg_cmp other);

/*
 * Loads it into this process, which may have to give up gaining privileges for it. System calls
 * later than those that are known here do not exist behind it. Returns the listener if @listen,
 * else 0, or a negative errno.
 */
int load_filter(scmp_filter_ctx filter, bool listen);

#endif
