/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The kernel's side of IPE: policy files in securityfs, audit records in the kernel's log. */
#include "ipe.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tap.h"

#define SECURITYFS	"/sys/kernel/security/ipe/"
#define AUDIT_WAIT_MSEC 2000

bool ipe_is_ours(void)
{
	return access(SECURITYFS "last_load", F_OK) == 0;
}

static void write_once(const char *path, const void *data, size_t size)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		tap_abort(path);
	close(fd);
}

void ipe_load_policy(void)
{
	static char policy[65536];
	int fd = open("/policy.p7b", O_RDONLY | O_CLOEXEC);
	ssize_t size = fd < 0 ? -1 : read(fd, policy, sizeof(policy));

	if (size <= 0)
		tap_abort("/policy.p7b");
	close(fd);
	write_once(SECURITYFS "new_policy", policy, (size_t)size);
	write_once(SECURITYFS "policies/vm/active", "1", 1);
}

void ipe_enforce(bool enforce)
{
	write_once(SECURITYFS "enforce", enforce ? "1" : "0", 1);
}

static int kernel_log(void)
{
	static int fd = -1;

	if (fd < 0)
		fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		tap_abort("/dev/kmsg");
	return fd;
}

void audit_forget(void)
{
	if (lseek(kernel_log(), 0, SEEK_END) < 0)
		tap_abort("/dev/kmsg");
}

/* One record of the log, or false when @wait_msec pass without one. */
static bool next_record(char *record, size_t size, int wait_msec)
{
	struct pollfd pollfd = { .fd = kernel_log(), .events = POLLIN };
	ssize_t got = read(kernel_log(), record, size - 1);

	if (got < 0 && errno == EAGAIN) {
		if (poll(&pollfd, 1, wait_msec) <= 0)
			return false;
		got = read(kernel_log(), record, size - 1);
	}
	if (got < 0 && errno != EPIPE)
		tap_abort("/dev/kmsg");
	record[got < 0 ? 0 : got] = '\0';
	return true;
}

/* The audit system writes a path with a blank in hexadecimal and without quotes. */
static void format_path(const char *path, char *field, size_t size)
{
	size_t used;

	if (!strchr(path, ' ')) {
		snprintf(field, size, " path=\"%s\" ", path);
		return;
	}
	used = (size_t)snprintf(field, size, " path=");
	for (; *path && used + 4 < size; path++)
		used += (size_t)snprintf(field + used, size - used, "%02X", *path);
	snprintf(field + used, size - used, " ");
}

bool audit_has_refusal(pid_t pid, const char *path, bool enforcing)
{
	char record[8192], process[64], name[512];

	snprintf(process, sizeof(process), " enforcing=%d pid=%d ", enforcing, pid);
	format_path(path, name, sizeof(name));
	while (next_record(record, sizeof(record), AUDIT_WAIT_MSEC)) {
		if (strstr(record, "ipe_op=EXECUTE ipe_hook=MMAP") && strstr(record, process) &&
		    strstr(record, name) && strstr(record, "action=DENY"))
			return true;
	}
	return false;
}
