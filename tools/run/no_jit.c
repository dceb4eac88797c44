/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * No executable memory but that of files. PR_SET_MDWE has the kernel itself refuse memory that is
 * both writable and executable and memory that becomes executable; the filter refuses the same where
 * the kernel is older than 6.3, and what MDWE lets pass: new anonymous memory that is executable,
 * memory without a name that can be mapped twice (memfd, System V), and READ_IMPLIES_EXEC.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/shm.h>

#include "../output.h"
#include "filter.h"
#include "run.h"

#ifndef PR_SET_MDWE
#define PR_SET_MDWE		 65
#define PR_MDWE_REFUSE_EXEC_GAIN 1
#endif

/* The number of SHMAT in ipc(2), whose upper half is a version. */
#define IPC_SHMAT 21
#define IPC_CALL  0xffff

#define REFUSE	  SCMP_ACT_ERRNO(EACCES)

static struct scmp_arg_cmp has(unsigned int argument, unsigned int bits)
{
	return SCMP_CMP(argument, SCMP_CMP_MASKED_EQ, bits, bits);
}

/* All ones only asks for the personality; any other value with that bit has a bit that is clear. */
static bool filter_personality(scmp_filter_ctx filter)
{
	for (unsigned int bit = 1; bit; bit <<= 1)
		if (bit != READ_IMPLIES_EXEC &&
		    !add_rule_if(filter, REFUSE, "personality",
				 SCMP_A0(SCMP_CMP_MASKED_EQ, bit | READ_IMPLIES_EXEC,
					 READ_IMPLIES_EXEC)))
			return false;
	return true;
}

static bool filter_mappings(scmp_filter_ctx filter, const char *mmap)
{
	return add_rule_if(filter, REFUSE, mmap, has(2, PROT_WRITE | PROT_EXEC)) &&
	       add_rule_if_both(filter, REFUSE, mmap, has(2, PROT_EXEC), has(3, MAP_ANONYMOUS)) &&
	       add_rule_if(filter, REFUSE, "mprotect", has(2, PROT_EXEC)) &&
	       add_rule_if(filter, REFUSE, "pkey_mprotect", has(2, PROT_EXEC)) &&
	       add_rule_if(filter, REFUSE, "shmat", has(2, SHM_EXEC)) &&
	       add_rule(filter, REFUSE, "memfd_create") &&
	       add_rule(filter, REFUSE, "memfd_secret") && filter_personality(filter);
}

/* 32-bit x86 has calls that take their arguments in memory, where no filter sees them. */
static bool filter_old_calls(scmp_filter_ctx filter)
{
	return filter_mappings(filter, "mmap2") &&
	       (second_architecture() != SCMP_ARCH_X86 ||
		(add_rule(filter, REFUSE, "mmap") &&
		 add_rule_if_both(filter, REFUSE, "ipc",
				  SCMP_A0(SCMP_CMP_MASKED_EQ, IPC_CALL, IPC_SHMAT),
				  has(2, SHM_EXEC))));
}

static scmp_filter_ctx new_code_filter(void)
{
	scmp_filter_ctx filter = new_filter(seccomp_arch_native());
	scmp_filter_ctx second = second_architecture() ? new_filter(second_architecture()) : NULL;

	/* What is merged belongs to the first from then on. */
	if (filter && filter_mappings(filter, "mmap") &&
	    (!second_architecture() ||
	     (second && filter_old_calls(second) && seccomp_merge(filter, second) == 0)))
		return filter;
	seccomp_release(second);
	seccomp_release(filter);
	return NULL;
}

bool forbid_new_code(void)
{
	scmp_filter_ctx filter = new_code_filter();
	int error = filter ? load_filter(filter, false) : -ENOMEM;

	seccomp_release(filter);
	if (error < 0) {
		complain("run: cannot refuse executable memory: %s; this needs a kernel with "
			 "seccomp filters (CONFIG_SECCOMP_FILTER)",
			 strerror(-error));
		return false;
	}
	/* Unknown before Linux 6.3. */
	prctl(PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN, 0, 0, 0);
	return true;
}
