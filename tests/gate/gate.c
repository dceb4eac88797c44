/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <ftw.h>
#include <sched.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <unistd.h>

#include "gate.h"

static char directory[4096];

static void must(bool good, const char *what)
{
	if (good)
		return;
	printf("Bail out! %s: %s\n", what, strerror(errno));
	exit(EXIT_FAILURE);
}

void gate_enter(void)
{
	const char *parent = getenv("TMPDIR");

	snprintf(directory, sizeof(directory), "%s/ipe-gate-XXXXXX", parent ? parent : "/tmp");
	must(mkdtemp(directory) && chdir(directory) == 0, directory);
	must(chmod(directory, 0755) == 0, directory);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *walk)
{
	(void)st;
	(void)type;
	(void)walk;
	return remove(path);
}

void gate_leave(void)
{
	must(chdir("/") == 0, "/");
	must(nftw(directory, remove_one, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT) == 0, directory);
}

const char *gate_obstacle(void)
{
	struct ipe_restrictions all;
	struct ipe_check check;
	const char *obstacle = NULL;
	int fd = new_script("probe", 0755);

	ipe_query_restrictions(&all);
	if (all.restrict_file || all.deny_interactive)
		obstacle = "this build or this process is restricted already";
	else if (ipe_check_fd(fd, &check) < 0)
		obstacle = "the library cannot judge a file in the temporary directory";
	else if (mmap(NULL, 1, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0) == MAP_FAILED)
		obstacle = "this kernel refuses files in the temporary directory (see TMPDIR)";
	close(fd);
	must(unlink("probe") == 0, "probe");
	return obstacle;
}

const char *gate_no_exec_check(void)
{
	struct ipe_restrictions all;

	ipe_query_restrictions(&all);
	return all.exec_check_known ? NULL : "this kernel has no AT_EXECVE_CHECK (Linux 6.14)";
}

static bool write_map(const char *path, unsigned int id)
{
	char line[32];
	int len = snprintf(line, sizeof(line), "0 %u 1", id);
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool good = fd >= 0 && write(fd, line, (size_t)len) == len;

	close(fd);
	return good;
}

bool gate_new_mounts(void)
{
	unsigned int uid = geteuid(), gid = getegid();

	if (unshare(CLONE_NEWNS) < 0) {
		if (unshare(CLONE_NEWUSER | CLONE_NEWNS) < 0 ||
		    !write_map("/proc/self/uid_map", uid))
			return false;
		write_file("/proc/self/setgroups", "deny", 0);
		if (!write_map("/proc/self/gid_map", gid))
			return false;
	}
	return mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0;
}

void write_file(const char *path, const char *text, mode_t mode)
{
	size_t len = strlen(text);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	must(fd >= 0 && write(fd, text, len) == (ssize_t)len, path);
	must(mode == 0 || fchmod(fd, mode) == 0, path);
	close(fd);
}

int new_script(const char *path, mode_t mode)
{
	int fd;

	write_file(path, SCRIPT_TEXT, mode);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	must(fd >= 0, path);
	return fd;
}

struct ipe_check judged(int fd)
{
	struct ipe_check check;

	ck_assert_int_eq(ipe_check_fd(fd, &check), 0);
	return check;
}

int try_open(const char *path, struct ipe_check *ret_check)
{
	int fd = ipe_open_code(AT_FDCWD, path, ret_check);

	if (fd < 0)
		return fd;
	close(fd);
	return 0;
}
