/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What this process does to be supervised. */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../output.h"
#include "filter.h"
#include "helper.h"
#include "run.h"
#include "securebits.h"
#include "supervisor.h"

/* Linux's own flag, which the C library has only for 32-bit programs. */
#define TMPFILE_BIT (O_TMPFILE & ~O_DIRECTORY)

/*
 * Opens that give no bytes to read pass: write-only, O_PATH, O_DIRECTORY, and access mode 3, which
 * allows neither. Flags travel in a register, so the kernel sees the same ones as the filter.
 */
static bool trap_by_flags(scmp_filter_ctx filter, const char *call, unsigned int argument)
{
	const unsigned int mask = O_ACCMODE | O_PATH;

	return add_rule_if(filter, SCMP_ACT_NOTIFY, call,
			   SCMP_CMP(argument, SCMP_CMP_MASKED_EQ, mask | O_DIRECTORY, O_RDONLY)) &&
	       add_rule_if(filter, SCMP_ACT_NOTIFY, call,
			   SCMP_CMP(argument, SCMP_CMP_MASKED_EQ, mask | O_DIRECTORY, O_RDWR)) &&
	       add_rule_if(filter, SCMP_ACT_NOTIFY, call,
			   SCMP_CMP(argument, SCMP_CMP_MASKED_EQ, mask | TMPFILE_BIT,
				    O_RDWR | TMPFILE_BIT));
}

static bool trap_securebits(scmp_filter_ctx filter)
{
	const uint64_t bits[] = { SECUREBIT_RESTRICT_FILE, SECUREBIT_DENY_INTERACTIVE };

	for (size_t i = 0; i < sizeof(bits) / sizeof(bits[0]); i++)
		if (!add_rule_if_both(filter, SCMP_ACT_NOTIFY, "prctl",
				      SCMP_CMP(0, SCMP_CMP_EQ, PR_SET_SECUREBITS),
				      SCMP_CMP(1, SCMP_CMP_MASKED_EQ, bits[i], bits[i])))
			return false;
	return true;
}

/* Landlock's rules would bind the program but not the supervisor that opens for it. */
static bool refuse_other_ways(scmp_filter_ctx filter)
{
	return add_rule(filter, SCMP_ACT_ERRNO(EPERM), "open_by_handle_at") &&
	       add_rule(filter, SCMP_ACT_ERRNO(EPERM), "io_uring_setup") &&
	       add_rule(filter, SCMP_ACT_ERRNO(EPERM), "io_uring_enter") &&
	       add_rule(filter, SCMP_ACT_ERRNO(EPERM), "io_uring_register") &&
	       add_rule(filter, SCMP_ACT_ERRNO(EOPNOTSUPP), "landlock_create_ruleset") &&
	       add_rule(filter, SCMP_ACT_ERRNO(EOPNOTSUPP), "landlock_restrict_self");
}

static int load_traps(void)
{
	scmp_filter_ctx filter = new_common_filter();
	int listener = -ENOMEM;

	if (filter && trap_by_flags(filter, "open", 1) && trap_by_flags(filter, "openat", 2) &&
	    add_rule(filter, SCMP_ACT_NOTIFY, "openat2") &&
	    add_rule(filter, SCMP_ACT_NOTIFY, "execve") &&
	    add_rule(filter, SCMP_ACT_NOTIFY, "execveat") && trap_securebits(filter) &&
	    refuse_other_ways(filter))
		listener = load_filter(filter, true);
	seccomp_release(filter);
	if (listener == -EBUSY)
		complain("run: this process is under a supervisor already, and the kernel allows "
			 "only one; leave out --supervise if it is ipectl's, whose checks hold for "
			 "the command as well");
	else if (listener < 0)
		complain("run: cannot have opens supervised: %s; this needs Linux 5.14 with "
			 "seccomp filters, and a container's own filter must allow seccomp(2)",
			 strerror(-listener));
	return listener;
}

/* Without it not even root can trace the supervisor or write to its memory. */
static bool give_up_tracing(void)
{
	const uint64_t tracing = UINT64_C(1) << CAP_SYS_PTRACE;
	struct capabilities sets;

	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_LOWER, CAP_SYS_PTRACE, 0, 0);
	if (!get_capabilities(&sets))
		return false;
	sets.permitted &= ~tracing;
	sets.effective &= ~tracing;
	sets.inheritable &= ~tracing;
	if (!set_capabilities(&sets))
		return false;
	/* Whoever may not drop it from here must promise not to gain it. */
	return prctl(PR_CAPBSET_DROP, CAP_SYS_PTRACE, 0, 0, 0) == 0 ||
	       prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
}

static bool hand_over(int channel, int listener)
{
	union {
		char bytes[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control = { 0 };
	char letter = 'l';
	struct iovec word = { &letter, 1 };
	struct msghdr message = { .msg_iov = &word,
				  .msg_iovlen = 1,
				  .msg_control = control.bytes,
				  .msg_controllen = sizeof(control.bytes) };
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);

	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(header), &listener, sizeof(int));
	return sendmsg(channel, &message, MSG_NOSIGNAL) == 1;
}

static _Noreturn void supervise_first(int channel, const void *argument)
{
	supervise(channel, argument);
}

bool start_supervisor(bool all)
{
	const struct supervision supervision = { .first = getpid(), .all = all };
	int channel = spawn_helper(supervise_first, &supervision);
	int listener = -1;
	bool started = false;

	if (channel >= 0 && heard_from(channel)) {
		if (!give_up_tracing())
			complain("run: cannot give up CAP_SYS_PTRACE: %s", strerror(errno));
		else if ((listener = load_traps()) >= 0)
			started = hand_over(channel, listener) && heard_from(channel);
	}
	if (listener >= 0)
		close(listener);
	if (channel >= 0)
		close(channel);
	if (!started)
		complain("run: nothing was run: the supervisor did not start");
	return started;
}
