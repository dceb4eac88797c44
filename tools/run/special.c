/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Files that are not the same for everybody: /dev/tty is the opener's controlling terminal, what
 * lies in /proc/sys belongs to the opener's namespaces, and a cgroup can forbid devices.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <linux/major.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "supervisor.h"

/* How many of the thread's descriptors are looked at for its terminal. */
#define DESCRIPTOR_MAX 256
#define CGROUP_MAX     4096

static bool is_terminal_alias(const struct stat *st)
{
	return S_ISCHR(st->st_mode) && st->st_rdev == makedev(TTYAUX_MAJOR, 0);
}

static ssize_t read_text(int dir, const char *name, char *text, size_t size)
{
	int fd = openat(dir, name, O_RDONLY | O_CLOEXEC);
	ssize_t len = fd < 0 ? -1 : read(fd, text, size - 1);

	if (fd >= 0)
		close(fd);
	if (len >= 0)
		text[len] = '\0';
	return len;
}

/* The number of a controlling terminal as the kernel writes it, 0 for none. */
static unsigned int terminal_number(int dir, const char *name)
{
	char text[1024];
	char *field;

	if (read_text(dir, name, text, sizeof(text)) <= 0)
		return 0;
	/* The program's name comes second and may hold anything. */
	field = strrchr(text, ')');
	for (int i = 0; i < 5 && field; i++)
		field = strchr(field + 1, ' ');
	return field ? (unsigned int)strtoul(field, NULL, 10) : 0;
}

static dev_t terminal_device(unsigned int number)
{
	return makedev(number >> 8 & 0xfff, (number & 0xff) | (number >> 12 & 0xfff00));
}

/* The thread's terminal by one of the thread's own descriptors of it. */
static int open_terminal_of(struct request *request, dev_t device)
{
	struct open_how how = { .flags = request->how.flags & ~(uint64_t)(O_NOFOLLOW | O_CREAT) };
	char name[32];
	struct stat st;

	for (int i = 0; i < DESCRIPTOR_MAX; i++) {
		snprintf(name, sizeof(name), "fd/%d", i);
		if (fstatat(request->proc, name, &st, 0) == 0 && S_ISCHR(st.st_mode) &&
		    st.st_rdev == device)
			return open_file(request, request->proc, name, &how);
	}
	request->limit = "/dev/tty can be opened for a process that has its terminal open";
	return -ENXIO;
}

static int replace_terminal(struct request *request, int fd)
{
	unsigned int number = terminal_number(request->proc, "stat");

	if (number == 0 || number != terminal_number(request->supervisor->proc, "self/stat")) {
		if (fd >= 0)
			close(fd);
		return number == 0 ? -ENXIO : open_terminal_of(request, terminal_device(number));
	}
	return fd;
}

/* Whether the path leads to /dev/tty, which cannot be opened without a terminal. */
static bool leads_to_terminal_alias(struct request *request)
{
	int fd = open_resolving(request, RESOLVE_NO_MAGICLINKS, O_PATH);
	struct stat st;
	bool is_it = fd >= 0 && fstat(fd, &st) == 0 && is_terminal_alias(&st);

	if (fd >= 0)
		close(fd);
	return is_it;
}

static bool is_common_device(const struct stat *st)
{
	unsigned int number = major(st->st_rdev);

	return S_ISCHR(st->st_mode) &&
	       (number == MEM_MAJOR || number == TTY_MAJOR || number == TTYAUX_MAJOR ||
		(number >= UNIX98_PTY_SLAVE_MAJOR &&
		 number < UNIX98_PTY_SLAVE_MAJOR + UNIX98_PTY_MAJOR_COUNT));
}

static bool is_device(const struct stat *st)
{
	return S_ISCHR(st->st_mode) || S_ISBLK(st->st_mode);
}

static bool same_cgroup(const struct request *request)
{
	char own[CGROUP_MAX], its[CGROUP_MAX];
	ssize_t len = read_text(request->supervisor->proc, "self/cgroup", own, sizeof(own));

	return len >= 0 && len < CGROUP_MAX - 1 &&
	       read_text(request->proc, "cgroup", its, sizeof(its)) == len &&
	       memcmp(own, its, (size_t)len) == 0;
}

static bool depends_on_namespaces(int fd, const struct stat *st)
{
	struct statfs fs;

	return fstatfs(fd, &fs) < 0 || fs.f_type == PROC_SUPER_MAGIC ||
	       fs.f_type == CGROUP_SUPER_MAGIC || fs.f_type == CGROUP2_SUPER_MAGIC || is_device(st);
}

/*
 * /proc/PID/mem of the supervisor, which the kernel lets nobody open but the supervisor itself: it is
 * known by what is in it.
 */
static bool is_own_memory(const struct request *request, int fd, const struct stat *st)
{
	const struct secret *secret = &request->supervisor->secret;
	const mode_t private_file = S_IFREG | S_IRUSR | S_IWUSR;
	struct secret found;

	if (st->st_mode != private_file)
		return false;
	if ((request->how.flags & O_ACCMODE) == O_WRONLY)
		return true;
	return pread(fd, &found, sizeof(found), (off_t)(uintptr_t)secret) == sizeof(found) &&
	       memcmp(&found, secret, sizeof(found)) == 0;
}

/* 0, or why the thread would not get it from the supervisor as it is. */
static int refuse_foreign(struct request *request, int fd, const struct stat *st)
{
	struct capabilities before;
	int same;

	if (S_ISDIR(st->st_mode) || is_common_device(st) || !depends_on_namespaces(fd, st))
		return 0;
	if (is_own_memory(request, fd, st)) {
		request->limit = "the supervisor does not open its own memory";
		return -EACCES;
	}
	if (is_device(st) && !same_cgroup(request)) {
		request->limit = "a device cannot be opened for a process in another cgroup";
		return -EACCES;
	}
	if (request->join_namespaces)
		return 0;
	begin_looking(&before);
	same = same_namespaces(request);
	end_looking(&before);
	request->join_namespaces = same == 0;
	return same == 1 ? 0 : -EACCES;
}

int replace_special(struct request *request, int fd)
{
	struct stat st;
	int error;

	if (fd == -ENXIO && leads_to_terminal_alias(request))
		return replace_terminal(request, fd);
	if (fd < 0)
		return fd;
	if (fstat(fd, &st) < 0)
		error = -errno;
	else if (is_terminal_alias(&st))
		return replace_terminal(request, fd);
	else
		error = refuse_foreign(request, fd, &st);
	if (error == 0)
		return fd;
	close(fd);
	return error;
}
