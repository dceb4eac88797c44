/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Follows a path step by step, as the kernel would for the thread that asks: /proc/self is its own
 * folder, and the magic links there are followed by the kernel.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "supervisor.h"

#define LINK_MAX_FOLLOWED 40
#define PROC_ROOT_INODE	  1
#define NO_LINKS_MOUNT	  0x2000

struct walk {
	struct request *request;
	/* The folder that was reached. */
	int dir;
	int links;
	/* What is left of the path. */
	char rest[PATH_MAX];
	char name[NAME_MAX + 1];
	bool last;
	bool needs_directory;
	/* The folder is the thread's own in /proc, or one in there. */
	bool in_own;
};

static int step_to(struct walk *walk, int fd)
{
	if (fd < 0)
		return fd;
	close(walk->dir);
	walk->dir = fd;
	return 0;
}

static int open_plain(int dir, const char *name, int flags)
{
	int fd = openat(dir, name, O_PATH | O_CLOEXEC | flags);

	return fd < 0 ? -errno : fd;
}

/*
 * In its own folder of /proc a thread may go where others may not, which the kernel tells by who
 * asks. This only finds the way; a file at its end is opened with the thread's credentials.
 */
static int open_on_the_way(const struct walk *walk, int flags)
{
	int fd = open_plain(walk->dir, walk->name, flags);
	struct capabilities before;

	if (fd != -EACCES || !walk->in_own)
		return fd;
	begin_looking(&before);
	fd = open_plain(walk->dir, walk->name, flags);
	end_looking(&before);
	return fd;
}

/* Takes the next name off the rest; 0 if there is none. */
static int next_name(struct walk *walk)
{
	const char *start = walk->rest + strspn(walk->rest, "/");
	size_t len = strcspn(start, "/");
	const char *rest = start + len + strspn(start + len, "/");

	if (len > NAME_MAX)
		return -ENAMETOOLONG;
	memcpy(walk->name, start, len);
	walk->name[len] = '\0';
	walk->last = *rest == '\0';
	walk->needs_directory = start[len] == '/';
	memmove(walk->rest, rest, strlen(rest) + 1);
	return len > 0;
}

static bool is_proc(int fd)
{
	struct statfs fs;

	return fstatfs(fd, &fs) == 0 && fs.f_type == PROC_SUPER_MAGIC;
}

/* The first number of a line, or with @innermost the last: process ids from namespace to namespace. */
static long pid_of(const char *status, const char *name, bool innermost)
{
	const char *line = status_line(status, name);
	long pid = 0;
	char *end;

	while (line && *line != '\n') {
		pid = strtol(line, &end, 10);
		if (!innermost || end == line)
			break;
		line = end;
	}
	return pid;
}

/*
 * What /proc/self or /proc/thread-self says to the thread. A proc file system in which the supervisor
 * has no number is one of a pid namespace below its own.
 */
static int self_text(const struct walk *walk, char *text, size_t size)
{
	const char *status = walk->request->status;
	char own[32];
	bool innermost = readlinkat(walk->dir, "self", own, sizeof(own)) < 0;
	long process = pid_of(status, "NStgid:", innermost);
	long thread = pid_of(status, "NSpid:", innermost);

	if (process <= 0 || thread <= 0)
		return -ENOENT;
	if (strcmp(walk->name, "self") == 0)
		return snprintf(text, size, "%ld", process);
	return snprintf(text, size, "%ld/task/%ld", process, thread);
}

static bool is_self_link(const struct walk *walk)
{
	struct stat st;

	return (strcmp(walk->name, "self") == 0 || strcmp(walk->name, "thread-self") == 0) &&
	       fstat(walk->dir, &st) == 0 && st.st_ino == PROC_ROOT_INODE;
}

/* It leads to an open file or folder, by whatever name that is found now. */
static bool is_magic_link(const struct walk *walk)
{
	const struct open_how how = { .flags = O_PATH | O_CLOEXEC,
				      .resolve = RESOLVE_NO_MAGICLINKS };
	struct capabilities before;
	long fd;
	bool refused;

	begin_looking(&before);
	fd = syscall(SYS_openat2, walk->dir, walk->name, &how, sizeof(how));
	refused = fd < 0 && errno == ELOOP;
	end_looking(&before);
	if (fd >= 0)
		close((int)fd);
	return refused;
}

/* What fs.protected_symlinks and the mount option nosymfollow refuse. */
static int may_follow(const struct walk *walk, const struct stat *link, int link_fd)
{
	const mode_t shared = S_ISVTX | S_IWOTH;
	struct stat dir;
	struct statfs fs;

	if (fstatfs(link_fd, &fs) == 0 && (fs.f_flags & NO_LINKS_MOUNT))
		return -ELOOP;
	if (!walk->request->supervisor->protected_symlinks)
		return 0;
	if (fstat(walk->dir, &dir) < 0)
		return -errno;
	if ((dir.st_mode & shared) != shared || dir.st_uid == link->st_uid)
		return 0;
	return link->st_uid == (uid_t)syscall(SYS_setfsuid, -1) ? 0 : -EACCES;
}

/* Puts what a link says before the rest of the path. */
static int prepend(struct walk *walk, const char *text, size_t len)
{
	size_t rest = strlen(walk->rest);
	bool slash = rest > 0 || walk->needs_directory;

	if (len == 0)
		return -ENOENT;
	if (len + slash + rest >= sizeof(walk->rest))
		return -ENAMETOOLONG;
	memmove(walk->rest + len + slash, walk->rest, rest + 1);
	memcpy(walk->rest, text, len);
	if (slash)
		walk->rest[len] = '/';
	if (text[0] != '/')
		return 0;
	walk->in_own = false;
	return step_to(walk, open_plain(AT_FDCWD, "/", O_DIRECTORY));
}

static int follow(struct walk *walk, int link_fd)
{
	char text[PATH_MAX];
	bool own = is_proc(walk->dir) && is_self_link(walk);
	ssize_t len = own ? self_text(walk, text, sizeof(text))
			  : readlinkat(link_fd, "", text, sizeof(text));

	if (len < 0)
		return own ? (int)len : -errno;
	if (len == (ssize_t)sizeof(text))
		return -ENAMETOOLONG;
	walk->in_own = walk->in_own || own;
	return prepend(walk, text, (size_t)len);
}

/* Opens a name for good, with the slash that stood at the end of the path. */
static int arrive_at(const struct walk *walk, int dir, const char *name, uint64_t resolve)
{
	struct open_how how = walk->request->how;
	char last[NAME_MAX + 2];

	how.resolve |= resolve;
	snprintf(last, sizeof(last), "%s%s", name, walk->needs_directory ? "/" : "");
	return open_file(walk->request, dir, last, &how);
}

/* The last name of the path; @hidden is the error where only the thread itself may look. */
static int arrive(const struct walk *walk, int hidden)
{
	int fd = arrive_at(walk, walk->dir, walk->name, RESOLVE_NO_SYMLINKS);

	return fd == -EACCES && walk->in_own ? hidden : fd;
}

/* What a magic link leads to: it is found first, and then opened anew. */
static int arrive_by_magic(const struct walk *walk)
{
	int found = open_on_the_way(walk, 0);
	char name[64];
	int fd;

	if (found < 0)
		return found;
	snprintf(name, sizeof(name), "self/fd/%d", found);
	fd = arrive_at(walk, walk->request->supervisor->proc, name, 0);
	close(found);
	return fd;
}

static bool keeps_last_link(const struct walk *walk)
{
	const uint64_t flags = walk->request->how.flags;

	return walk->last && !walk->needs_directory &&
	       ((flags & O_NOFOLLOW) || (flags & (O_CREAT | O_EXCL)) == (O_CREAT | O_EXCL));
}

/* 1 if the path goes on, else the result; the supervisor's descriptors 0 to 2 are never free. */
static int step_over_magic(struct walk *walk)
{
	int error;

	if (walk->request->how.resolve & RESOLVE_NO_MAGICLINKS)
		return -ELOOP;
	if (walk->last)
		return arrive_by_magic(walk);
	error = step_to(walk, open_on_the_way(walk, O_DIRECTORY));
	walk->in_own = false;
	return error < 0 ? error : 1;
}

static int step_over_link(struct walk *walk, const struct stat *link, int link_fd)
{
	int error;

	if (keeps_last_link(walk))
		return arrive(walk, walk->request->how.flags & O_EXCL ? -EEXIST : -ELOOP);
	error = may_follow(walk, link, link_fd);
	if (error < 0)
		return error;
	if (++walk->links > LINK_MAX_FOLLOWED)
		return -ELOOP;
	if (is_proc(walk->dir) && !is_self_link(walk) && is_magic_link(walk))
		return step_over_magic(walk);
	error = follow(walk, link_fd);
	return error < 0 ? error : 1;
}

static int step(struct walk *walk)
{
	int fd = open_on_the_way(walk, O_NOFOLLOW);
	struct stat st;
	int ret;

	if (fd == -ENOENT && walk->last && (walk->request->how.flags & O_CREAT))
		return arrive(walk, -ENOENT);
	if (fd < 0)
		return fd;
	if (strcmp(walk->name, "..") == 0)
		walk->in_own = false;
	if (fstat(fd, &st) < 0) {
		ret = -errno;
	} else if (S_ISLNK(st.st_mode)) {
		ret = step_over_link(walk, &st, fd);
	} else if (walk->last) {
		ret = arrive(walk, -EACCES);
	} else {
		ret = step_to(walk, fd);
		return ret < 0 ? ret : 1;
	}
	close(fd);
	return ret;
}

int walk(struct request *request)
{
	struct walk walk = { .request = request, .dir = -1 };
	int ret;

	if (request->how.resolve & RESOLVE_CACHED)
		return -EAGAIN;
	walk.dir = request->start >= 0 ? dup(request->start) : open_plain(AT_FDCWD, "/", 0);
	if (walk.dir < 0)
		return request->start >= 0 ? -errno : walk.dir;
	memcpy(walk.rest, request->path, sizeof(walk.rest));
	while ((ret = next_name(&walk)) > 0 && (ret = step(&walk)) == 1)
		;
	/* Nothing but slashes, or the end of a link that says "/". */
	if (ret == 0) {
		memcpy(walk.name, ".", sizeof("."));
		ret = arrive(&walk, -EACCES);
	}
	close(walk.dir);
	return ret;
}
