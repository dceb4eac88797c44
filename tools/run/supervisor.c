/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The supervisor's own process, from its first instruction to the threads that do the work. */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "../output.h"
#include "helper.h"
#include "supervisor.h"

static _Noreturn void give_up_on(const char *what, const char *why)
{
	complain("run: %s: %s", what, why);
	_exit(1);
}

static void raise_limit(void)
{
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		files.rlim_cur = files.rlim_max;
		setrlimit(RLIMIT_NOFILE, &files);
	}
}

/* The first character of a file of /proc/sys; 0 where the kernel has none. */
static int read_setting(const char *path)
{
	FILE *file = fopen(path, "re");
	int c = file ? getc(file) : '0';

	if (file)
		fclose(file);
	return c;
}

/* Nobody without CAP_SYS_PTRACE can trace it then, and the command has none. */
static void protect_itself(void)
{
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
		give_up_on("cannot protect the supervisor", strerror(errno));
	if (read_setting("/proc/sys/fs/suid_dumpable") == '1')
		give_up_on("cannot protect the supervisor",
			   "fs.suid_dumpable is 1, which lets programs that change their "
			   "credentials be traced; set it to 0 or 2");
}

static void open_proc(struct supervisor *supervisor)
{
	struct statfs fs;
	char self[32] = "";
	int fd = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0 || fstatfs(fd, &fs) < 0 || fs.f_type != PROC_SUPER_MAGIC ||
	    readlinkat(fd, "self", self, sizeof(self) - 1) < 0 || atol(self) != getpid())
		give_up_on("the supervisor needs /proc",
			   "mount the proc file system of this pid namespace there");
	supervisor->proc = fd;
}

/* Yama lets it read the first process, whose leave it has, but not what that starts. */
static bool reads_only_first(const struct supervisor *supervisor)
{
	const uint64_t tracing = UINT64_C(1) << CAP_SYS_PTRACE;

	return !(supervisor->own.effective & tracing) &&
	       read_setting("/proc/sys/kernel/yama/ptrace_scope") != '0';
}

static void try_reading(const struct supervisor *supervisor)
{
	static const char here[] = "here";
	char there[sizeof(here)];
	struct iovec local = { there, sizeof(there) };
	struct iovec remote = { (void *)(uintptr_t)here, sizeof(here) };

	if (reads_only_first(supervisor) ||
	    process_vm_readv(supervisor->first, &local, 1, &remote, 1, 0) != sizeof(here))
		give_up_on("the supervisor may not read the memory of what the command starts",
			   "where kernel.yama.ptrace_scope is not 0 run it as root or with "
			   "CAP_SYS_PTRACE, which the command does not get");
}

static void learn_about_itself(struct supervisor *supervisor)
{
	int self = openat(supervisor->proc, "self", O_PATH | O_DIRECTORY | O_CLOEXEC);
	int error = self < 0 ? -errno : find_place(AT_FDCWD, "/", &supervisor->root);

	if (error == 0)
		error = namespace_inode(self, "ns/user", &supervisor->user_namespace);
	for (int i = 0; i < NAMESPACE_COUNT && error == 0; i++)
		error = namespace_inode(self, namespace_names[i], &supervisor->namespaces[i]);
	if (error < 0 || !get_capabilities(&supervisor->own))
		give_up_on("the supervisor cannot read its own entries in /proc", strerror(errno));
	supervisor->protected_symlinks = read_setting("/proc/sys/fs/protected_symlinks") == '1';
	close(self);
}

/* Once it has given up tracing: what those of its children have that change nothing about it. */
static void learn_about_first(struct supervisor *supervisor)
{
	char name[32];
	size_t size = 0;
	int proc, error;

	snprintf(name, sizeof(name), "%d", supervisor->first);
	supervisor->first_pidfd = pidfd_open(supervisor->first, 0);
	proc = openat(supervisor->proc, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
	error = proc < 0 ? -errno : read_status(proc, &supervisor->first_status, &size);
	if (error < 0 || supervisor->first_pidfd < 0)
		give_up_on("the supervisor cannot read /proc/PID/status of the command",
			   strerror(-error));
	supervisor->first_effective =
		strtoull(status_line(supervisor->first_status, "CapEff:"), NULL, 16);
	close(proc);
}

static int take_listener(int channel)
{
	union {
		char bytes[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control = { 0 };
	char word;
	struct iovec part = { &word, 1 };
	struct msghdr message = { .msg_iov = &part,
				  .msg_iovlen = 1,
				  .msg_control = control.bytes,
				  .msg_controllen = sizeof(control.bytes) };
	int listener = -1;

	if (TEMP_FAILURE_RETRY(recvmsg(channel, &message, MSG_CMSG_CLOEXEC)) == 1 &&
	    CMSG_FIRSTHDR(&message))
		memcpy(&listener, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(int));
	if (listener < 0)
		_exit(1);
	return listener;
}

void supervise(int channel, const struct supervision *supervision)
{
	static struct supervisor supervisor;

	supervisor = (struct supervisor){ .first = supervision->first, .all = supervision->all };
	keep_only(&channel, -1);
	raise_limit();
	protect_itself();
	open_proc(&supervisor);
	learn_about_itself(&supervisor);
	try_reading(&supervisor);
	if (getrandom(&supervisor.secret, sizeof(supervisor.secret), 0) !=
	    sizeof(supervisor.secret))
		give_up_on("the supervisor has no random numbers", strerror(errno));
	if (!start_watch())
		give_up_on("the supervisor cannot watch", strerror(errno));
	say_ready(channel);
	supervisor.listener = take_listener(channel);
	learn_about_first(&supervisor);
	if (!start_pool(&supervisor))
		give_up_on("the supervisor has no threads", strerror(errno));
	say_ready(channel);
	close(channel);
	watch(&supervisor);
}
