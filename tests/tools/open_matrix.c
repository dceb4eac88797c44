/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Opens everything in every way in the current directory, and says what came of it. What it prints
 * under 'ipectl run --supervise' must be what it prints without.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

static const char *const paths[] = {
	"file",
	"./file",
	"dir/../file",
	"dir//file",
	"dir/file/",
	"dir",
	"dir/",
	"dir/.",
	"missing",
	"missing/x",
	"file/x",
	"empty",
	"unreadable",
	"closed/file",
	"link",
	"link-to-link",
	"link-absolute",
	"link-dir/file",
	"link-dir",
	"link-dir/",
	"link-dangling",
	"link-loop",
	"link-up",
	"link-slash",
	"link-self",
	"/",
	"/.",
	"//",
	"..",
	".",
	"/proc/self",
	"/proc/self/",
	"/proc/self/stat",
	"/proc/self/exe",
	"/proc/self/cwd",
	"/proc/self/cwd/file",
	"/proc/self/root/proc/self/comm",
	"/proc/thread-self/comm",
	"/proc/self/task",
	"/proc/self/fd/9",
	"/proc/self/fd/8",
	"/proc/self/fd/77",
	"/dev/fd/9",
	"/proc/mounts",
	"/proc/net/dev",
	"/proc/sys/kernel/hostname",
	"/proc/1/comm",
	"/proc/self/nothing",
	"/proc/self/../self/stat",
	"/proc/self/ns/user",
	"/proc/self/mem",
	"/dev/null",
	"/dev/zero",
	"/dev/full",
	"/dev/tty",
	"/dev/stdin",
	"link-proc/comm",
	"link-fd",
	"fifo",
	"socket",
	"new",
	"link-new",
	"sticky/link",
	"/sys/kernel/mm/transparent_hugepage/enabled",
};

static const struct {
	const char *name;
	int flags;
} ways[] = {
	{ "r", O_RDONLY },
	{ "rw", O_RDWR },
	{ "w", O_WRONLY },
	{ "3", 3 },
	{ "rc", O_RDONLY | O_CLOEXEC },
	{ "rn", O_RDONLY | O_NOFOLLOW },
	{ "rd", O_RDONLY | O_DIRECTORY },
	{ "rdn", O_RDONLY | O_DIRECTORY | O_NOFOLLOW },
	{ "p", O_PATH },
	{ "pn", O_PATH | O_NOFOLLOW },
	{ "rN", O_RDONLY | O_NONBLOCK },
	{ "ra", O_RDONLY | O_APPEND },
	{ "rA", O_RDONLY | O_NOATIME },
	{ "rs", O_RDONLY | O_SYNC },
	{ "C", O_RDWR | O_CREAT },
	{ "rC", O_RDONLY | O_CREAT },
	{ "CX", O_RDWR | O_CREAT | O_EXCL },
	{ "Cn", O_RDWR | O_CREAT | O_NOFOLLOW },
	{ "CT", O_RDWR | O_CREAT | O_TRUNC },
	{ "CD", O_RDONLY | O_CREAT | O_DIRECTORY },
	{ "t", O_RDWR | O_TMPFILE },
	{ "tX", O_RDWR | O_TMPFILE | O_EXCL },
	{ "unknown", O_RDONLY | 0x40000000 },
};

static const struct {
	const char *name;
	uint64_t resolve;
} resolutions[] = {
	{ "none", 0 },
	{ "beneath", RESOLVE_BENEATH },
	{ "in-root", RESOLVE_IN_ROOT },
	{ "no-symlinks", RESOLVE_NO_SYMLINKS },
	{ "no-magiclinks", RESOLVE_NO_MAGICLINKS },
	{ "no-xdev", RESOLVE_NO_XDEV },
	{ "unknown", 1 << 30 },
};

static void make_places(void)
{
	char here[4096], absolute[8192];
	int fd;

	umask(0);
	close(open("file", O_WRONLY | O_CREAT, 0644));
	close(open("empty", O_WRONLY | O_CREAT, 0644));
	close(open("unreadable", O_WRONLY | O_CREAT, 0));
	mkdir("dir", 0755);
	close(open("dir/file", O_WRONLY | O_CREAT, 0644));
	mkdir("closed", 0);
	mkdir("sticky", 01777);
	mkfifo("fifo", 0644);
	mknod("socket", S_IFSOCK | 0644, 0);
	if (!getcwd(here, sizeof(here)))
		exit(1);
	snprintf(absolute, sizeof(absolute), "%s/file", here);
	if (symlink("file", "link") || symlink("link", "link-to-link") ||
	    symlink(absolute, "link-absolute") || symlink("dir", "link-dir") ||
	    symlink("nowhere", "link-dangling") || symlink("link-loop", "link-loop") ||
	    symlink("..", "link-up") || symlink("file/", "link-slash") ||
	    symlink("/proc/self/stat", "link-self") || symlink("/proc/self", "link-proc") ||
	    symlink("/proc/self/fd/9", "link-fd") || symlink("made", "link-new") ||
	    symlink("../file", "sticky/link"))
		exit(1);
	umask(027);
	fd = open("file", O_RDONLY);
	if (fd < 0 || dup2(fd, 9) != 9 || close(fd) < 0)
		exit(1);
	fd = open(".", O_PATH | O_DIRECTORY);
	if (fd < 0 || dup2(fd, 8) != 8 || close(fd) < 0)
		exit(1);
}

static void unmake(void)
{
	unlink("new");
	unlink("made");
	unlink("nowhere");
}

/* Files of this process that say whose they are. */
static void say_whose(int fd)
{
	char text[64] = "", number[16];

	snprintf(number, sizeof(number), "%d", (int)getpid());
	if (pread(fd, text, sizeof(text) - 1, 0) > 0)
		printf(" %s", strncmp(text, number, strlen(number)) == 0 ? "mine" : "-");
}

static void say(const char *path, const char *way, int fd)
{
	struct stat st, named;

	printf("%s %s: ", path, way);
	if (fd < 0) {
		printf("%s\n", strerrorname_np(errno));
		return;
	}
	printf("%d flags %o cloexec %d", fd, (unsigned int)fcntl(fd, F_GETFL), fcntl(fd, F_GETFD));
	if (fstat(fd, &st) == 0)
		printf(" mode %o size %d owner %d:%d", st.st_mode,
		       S_ISREG(st.st_mode) ? (int)st.st_size : 0, (int)st.st_uid, (int)st.st_gid);
	if (stat(path, &named) == 0)
		printf(" %s",
		       named.st_ino == st.st_ino && named.st_dev == st.st_dev ? "same" : "other");
	if (strstr(path, "stat"))
		say_whose(fd);
	printf("\n");
	close(fd);
}

static int may_block(const char *path, int flags)
{
	return strcmp(path, "fifo") == 0 && !(flags & (O_NONBLOCK | O_PATH | O_DIRECTORY)) &&
	       (flags & O_ACCMODE) != O_RDWR;
}

static void try_paths(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(paths); i++)
		for (size_t j = 0; j < ARRAY_SIZE(ways); j++) {
			if (may_block(paths[i], ways[j].flags))
				continue;
			say(paths[i], ways[j].name,
			    (int)syscall(SYS_openat, AT_FDCWD, paths[i], ways[j].flags, 04666));
			unmake();
		}
	for (size_t i = 0; i < ARRAY_SIZE(paths); i++)
		if (!may_block(paths[i], 0))
			say(paths[i], "open", (int)syscall(SYS_open, paths[i], O_RDONLY, 0));
}

static void try_resolutions(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(paths); i++)
		for (size_t j = 0; j < ARRAY_SIZE(resolutions); j++) {
			struct open_how how = { .flags = O_RDONLY | O_NONBLOCK,
						.resolve = resolutions[j].resolve };

			say(paths[i], resolutions[j].name,
			    (int)syscall(SYS_openat2, 8, paths[i], &how, sizeof(how)));
		}
}

static void try_oddities(void)
{
	struct {
		struct open_how how;
		uint64_t more;
	} large = { .how = { .flags = O_RDONLY } };
	struct open_how strange = { .flags = O_RDONLY | 0x40000000 }, moded = { .mode = 0600 };
	char long_path[8192], *edge = malloc(4096);
	struct rlimit files = { 10, 10 };

	memset(long_path, 'x', sizeof(long_path));
	say("-", "too-long", (int)syscall(SYS_openat, AT_FDCWD, long_path, 0));
	long_path[4095] = '\0';
	say("-", "long", (int)syscall(SYS_openat, AT_FDCWD, long_path, 0));
	long_path[256] = '\0';
	say("-", "long-name", (int)syscall(SYS_openat, AT_FDCWD, long_path, 0));
	say("-", "no-memory", (int)syscall(SYS_openat, AT_FDCWD, 8, 0));
	say("-", "null", (int)syscall(SYS_openat, AT_FDCWD, NULL, 0));
	say("-", "empty", (int)syscall(SYS_openat, AT_FDCWD, "", 0));
	say("file", "bad-dirfd", (int)syscall(SYS_openat, 500, "file", 0));
	say("/dev/null", "dirfd-unused", (int)syscall(SYS_openat, 500, "/dev/null", 0));
	say("file", "negative-dirfd", (int)syscall(SYS_openat, -7, "file", 0));
	say("x", "dirfd-file", (int)syscall(SYS_openat, 9, "x", 0));
	say("file", "dirfd", (int)syscall(SYS_openat, 8, "file", 0));
	say("file", "high-bits",
	    (int)syscall(SYS_openat, 0xdeadbeef00000008UL, "file", 0xdeadbeef00000000UL));
	say("file", "how-large", (int)syscall(SYS_openat2, 8, "file", &large, sizeof(large)));
	large.more = 1;
	say("file", "how-larger", (int)syscall(SYS_openat2, 8, "file", &large, sizeof(large)));
	say("file", "how-small", (int)syscall(SYS_openat2, 8, "file", &large, 16));
	say("file", "how-huge", (int)syscall(SYS_openat2, 8, "file", &large, 65536));
	say("file", "how-null", (int)syscall(SYS_openat2, 8, "file", NULL, 24));
	say("file", "how-strange", (int)syscall(SYS_openat2, 8, "file", &strange, 24));
	say("file", "how-mode", (int)syscall(SYS_openat2, 8, "file", &moded, 24));
	setrlimit(RLIMIT_NOFILE, &files);
	say("file", "limit", (int)syscall(SYS_openat, AT_FDCWD, "file", 0));
	for (int i = 3; i < 10; i++)
		dup2(0, i);
	say("file", "no-descriptor", (int)syscall(SYS_openat, AT_FDCWD, "file", 0));
	free(edge);
}

int main(int argc, char **argv)
{
	setvbuf(stdout, malloc(1 << 20), _IOFBF, 1 << 20);
	make_places();
	if (argc > 1 && strcmp(argv[1], "as-user") == 0 &&
	    (setregid(1000, 1000) || setreuid(1000, 1000)))
		return 1;
	if (argc > 1 && strcmp(argv[1], "in-root") == 0 && chroot("."))
		return 1;
	if (argc > 1 && strcmp(argv[1], "in-namespaces") == 0 &&
	    unshare(CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWNET | CLONE_NEWIPC))
		return 1;
	if (argc > 1 && strcmp(argv[1], "in-user-namespace") == 0 && unshare(CLONE_NEWUSER))
		return 1;
	try_paths();
	try_resolutions();
	try_oddities();
	fflush(stdout);
	return 0;
}
