/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "filter.h"

#include <linux/filter.h>

/*
 * listns(2) of Linux 6.19; none up to it opens a file but those that are filtered. The numbers are
 * the same on every machine. Those of x32 are larger.
 */
#define LATEST_KNOWN_CALL 470
#define INSTRUCTION_MAX	  4096

#ifndef SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
#define SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (1UL << 5)
#endif

static const struct sock_filter refuse_later_calls[] = {
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
	BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, LATEST_KNOWN_CALL, 0, 1),
	BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
};

#define PREFIX_LENGTH (sizeof(refuse_later_calls) / sizeof(refuse_later_calls[0]))

uint32_t second_architecture(void)
{
	switch (seccomp_arch_native()) {
	case SCMP_ARCH_X86_64:
		return SCMP_ARCH_X86;
	case SCMP_ARCH_AARCH64:
		return SCMP_ARCH_ARM;
	default:
		return 0;
	}
}

scmp_filter_ctx new_filter(uint32_t architecture)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
	uint32_t native = seccomp_arch_native();

	if (filter &&
	    (architecture == native || (seccomp_arch_add(filter, architecture) == 0 &&
					seccomp_arch_remove(filter, native) == 0)) &&
	    seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_ERRNO(ENOSYS)) == 0)
		return filter;
	seccomp_release(filter);
	return NULL;
}

scmp_filter_ctx new_common_filter(void)
{
	scmp_filter_ctx filter = new_filter(seccomp_arch_native());
	uint32_t second = second_architecture();

	if (!filter || !second || seccomp_arch_add(filter, second) == 0)
		return filter;
	seccomp_release(filter);
	return NULL;
}

static bool add_rule_array(scmp_filter_ctx filter, uint32_t action, const char *call,
			   unsigned int count, const struct scmp_arg_cmp *arguments)
{
	int number = seccomp_syscall_resolve_name(call);

	return number == __NR_SCMP_ERROR ||
	       seccomp_rule_add_array(filter, action, number, count, arguments) == 0;
}

bool add_rule(scmp_filter_ctx filter, uint32_t action, const char *call)
{
	return add_rule_array(filter, action, call, 0, NULL);
}

bool add_rule_if(scmp_filter_ctx filter, uint32_t action, const char *call,
		 struct scmp_arg_cmp argument)
{
	return add_rule_array(filter, action, call, 1, &argument);
}

bool add_rule_if_both(scmp_filter_ctx filter, uint32_t action, const char *call,
		      struct scmp_arg_cmp argument, struct scmp_arg_cmp other)
{
	const struct scmp_arg_cmp both[] = { argument, other };

	return add_rule_array(filter, action, call, 2, both);
}

/* The number of instructions, or a negative errno. */
static long export(scmp_filter_ctx filter, struct sock_filter *instructions)
{
	int fd = memfd_create("filter", MFD_CLOEXEC);
	long bytes = -1;

	if (fd < 0)
		return -errno;
	if (seccomp_export_bpf(filter, fd) == 0)
		bytes = pread(fd, instructions, INSTRUCTION_MAX * sizeof(*instructions), 0);
	close(fd);
	if (bytes <= 0 || (size_t)bytes == INSTRUCTION_MAX * sizeof(*instructions))
		return -EINVAL;
	return bytes / (long)sizeof(*instructions);
}

static int load(const struct sock_fprog *program, unsigned long flags)
{
	long fd = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, program);

	return fd < 0 ? -errno : (int)fd;
}

static int load_for_listening(const struct sock_fprog *program)
{
	const unsigned long flags = SECCOMP_FILTER_FLAG_NEW_LISTENER;
	int fd = load(program, flags | SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV);

	return fd == -EINVAL ? load(program, flags) : fd;
}

int load_filter(scmp_filter_ctx filter, bool listen)
{
	struct sock_filter instructions[PREFIX_LENGTH + INSTRUCTION_MAX];
	struct sock_fprog program = { .filter = instructions };
	long count = export(filter, instructions + PREFIX_LENGTH);
	int ret;

	if (count < 0)
		return (int)count;
	for (size_t i = 0; i < PREFIX_LENGTH; i++)
		instructions[i] = refuse_later_calls[i];
	program.len = (unsigned short)(PREFIX_LENGTH + (size_t)count);
	ret = listen ? load_for_listening(&program) : load(&program, 0);
	if (ret != -EACCES)
		return ret;
	/* Without CAP_SYS_ADMIN the kernel wants this promise first. */
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -errno;
	return listen ? load_for_listening(&program) : load(&program, 0);
}
