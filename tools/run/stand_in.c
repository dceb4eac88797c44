/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A process that takes on the credentials, root and namespaces of the thread that asks, opens, and
 * ends. It shares memory and descriptors with the supervisor and keeps one thread of it waiting, so
 * there is nothing to send. The thread that asks may be able to kill it: it takes no lock and no
 * memory of the heap, and what it leaves undone is a refusal.
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "supervisor.h"

#define STACK_SIZE ((size_t)64 << 10)
#define GROUP_MAX  65536
#define SETS_COUNT 4

struct stand_in {
	struct request *request;
	bool other_user;
	bool other_group;
	bool other_groups;
	gid_t *groups;
};

static size_t take_groups(const char *status, gid_t *ret, size_t size)
{
	const char *line = status_line(status, "Groups:");
	size_t count = 0;

	while (line && count < size) {
		char *end;
		unsigned long group;

		line += strspn(line, " \t");
		if (*line < '0' || *line > '9')
			break;
		group = strtoul(line, &end, 10);
		ret[count++] = (gid_t)group;
		line = end;
	}
	return count;
}

/* The real, effective, saved and file system id. */
static bool take_ids(const char *status, const char *name, uid_t ret[static SETS_COUNT])
{
	const char *line = status_line(status, name);
	char *end;

	for (int i = 0; line && i < SETS_COUNT; i++) {
		ret[i] = (uid_t)strtoul(line, &end, 10);
		line = end != line ? end : NULL;
	}
	return line != NULL;
}

static bool join(int proc, const char *name)
{
	int fd = openat(proc, name, O_RDONLY | O_CLOEXEC);
	bool joined = fd >= 0 && setns(fd, 0) == 0;

	if (fd >= 0)
		close(fd);
	return joined;
}

/* Those that need rights which only the user namespace gives come after it. */
static bool join_namespaces(const struct request *request)
{
	bool joined[NAMESPACE_COUNT] = { false };
	bool all = true;

	for (int i = 0; request->join_namespaces && i < NAMESPACE_COUNT; i++)
		joined[i] = join(request->proc, namespace_names[i]);
	if (request->other_user_namespace && !join(request->proc, "ns/user"))
		return false;
	for (int i = 0; request->join_namespaces && i < NAMESPACE_COUNT; i++)
		all = (joined[i] || join(request->proc, namespace_names[i])) && all;
	return all;
}

static bool read_again(struct request *request)
{
	struct worker *worker = request->worker;
	int fd = openat(request->proc, "status", O_RDONLY | O_CLOEXEC);
	ssize_t len = fd < 0 ? -1 : read(fd, worker->status, worker->status_size - 1);

	if (fd >= 0)
		close(fd);
	if (len <= 0)
		return false;
	worker->status[len] = '\0';
	return status_line(worker->status, "NoNewPrivs:") != NULL;
}

static bool take_users(const char *status)
{
	uid_t user[SETS_COUNT];

	if (!take_ids(status, "Uid:", user) ||
	    syscall(SYS_setresuid, user[0], user[1], user[2]) < 0)
		return false;
	syscall(SYS_setfsuid, user[3]);
	return (uid_t)syscall(SYS_setfsuid, -1) == user[3];
}

static bool take_group(const char *status)
{
	gid_t group[SETS_COUNT];

	if (!take_ids(status, "Gid:", group) ||
	    syscall(SYS_setresgid, group[0], group[1], group[2]) < 0)
		return false;
	syscall(SYS_setfsgid, group[3]);
	return (gid_t)syscall(SYS_setfsgid, -1) == group[3];
}

/*
 * Those that look at processes stay at hand, for the thread's own folder in /proc, but not in
 * effect.
 */
static bool take_capabilities(const char *status)
{
	const char *effective = status_line(status, "CapEff:");
	const char *permitted = status_line(status, "CapPrm:");
	struct capabilities sets;

	if (!effective || !permitted || !get_capabilities(&sets))
		return false;
	sets.permitted = strtoull(permitted, NULL, 16) | (sets.permitted & looking_capabilities);
	sets.effective = strtoull(effective, NULL, 16);
	sets.inheritable = 0;
	return set_capabilities(&sets);
}

/* The system calls, because the C library's functions would change the threads as well. */
static bool take_credentials(const struct stand_in *self)
{
	const char *status = self->request->status;

	prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0);
	if (self->other_groups) {
		size_t count = take_groups(status, self->groups, GROUP_MAX);

		if (syscall(SYS_setgroups, count, self->groups) < 0)
			return false;
	}
	return (!self->other_group || take_group(status)) &&
	       (!self->other_user || take_users(status)) && take_capabilities(status);
}

/* Returns what prevents it, or NULL. */
static const char *stand_in_for(struct stand_in *self)
{
	struct request *request = self->request;
	const char *first = request->supervisor->first_status;

	/* Before the user namespace is another, in which numbers have other meanings. */
	self->other_user = !same_line(request->status, first, "Uid:");
	self->other_group = !same_line(request->status, first, "Gid:");
	self->other_groups = !same_line(request->status, first, "Groups:");
	if (!join_namespaces(request))
		return "the supervisor may not join its namespaces";
	if (request->other_user_namespace && !read_again(request))
		return "the supervisor may not see its status";
	if (request->root >= 0 && (fchdir(request->root) < 0 || chroot(".") < 0))
		return "the supervisor may not change to its root: run it with CAP_SYS_CHROOT";
	if (!take_credentials(self))
		return "the supervisor may not take on its credentials: run it as root";
	return NULL;
}

static int act(void *argument)
{
	struct stand_in *self = argument;
	struct request *request = self->request;

	atomic_store(&request->worker->opener, (pid_t)syscall(SYS_gettid));
	request->fd = -EACCES;
	request->limit = stand_in_for(self);
	if (!request->limit)
		open_here(request);
	syscall(SYS_exit, 0);
	return 0;
}

void open_as_stand_in(struct request *request)
{
	struct stand_in self = { .request = request };
	char *stack = malloc(STACK_SIZE);
	pid_t child = -1;

	request->fd = -ENOMEM;
	request->limit = "the supervisor has no memory or process for it";
	self.groups = malloc(GROUP_MAX * sizeof(*self.groups));
	if (stack && self.groups)
		child = clone(act, stack + STACK_SIZE,
			      CLONE_VM | CLONE_VFORK | CLONE_FILES | SIGCHLD, &self);
	note_opener(request->worker);
	if (child > 0)
		waitpid(child, NULL, 0);
	free(self.groups);
	free(stack);
}
