/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is not a matter of place: code without a file, and a file that cannot be read to its end. */
#include <errno.h>
#include <fcntl.h>
#include <ipe-enlighten.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gate.h"
#include "tap.h"

#define CONFIGURATION	      "/etc/ipe-enlighten.conf"
#define OWN_CONFIGURATION     "/configurations/anonymous"
#define FOREIGN_CONFIGURATION "/places/tmpfs/ipe-enlighten.conf"
#define FIFO		      "/tmp/fifo"

static void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		tap_abort(path);
	close(fd);
}

/* A file, made if need be, through which the one at @source is seen. */
static void configure(const char *source)
{
	write_file(CONFIGURATION, "");
	if (mount(source, CONFIGURATION, NULL, MS_BIND, NULL))
		tap_abort("bind mount of a configuration");
}

static void remove_configuration(void)
{
	if (umount(CONFIGURATION) || unlink(CONFIGURATION))
		tap_abort(CONFIGURATION);
}

static int anonymous_errno(void)
{
	void *map = mmap(NULL, 1, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (map == MAP_FAILED)
		return errno;
	munmap(map, 1);
	return 0;
}

static enum ipe_verdict verdict_of(enum ipe_reason reason)
{
	return reason == IPE_REASON_ALLOWED ? IPE_ALLOW : IPE_DENY;
}

static void expect_inline(enum phase phase, const char *what, enum ipe_reason reason)
{
	struct ipe_check check = { 0 };
	int ret = ipe_check_inline(&check);

	tap_result(ret == 0 && check.verdict == verdict_of(reason) && check.reason == reason,
		   "%s: inline code, %s: %s", phase_name(phase), what, ipe_reason_name(reason));
}

/* What has no file behind it is judged as inline code, unless securebits demand a file. */
static void expect_stream(enum phase phase, const char *what, const char *path,
			  enum ipe_reason reason)
{
	struct ipe_check check = { 0 };
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	int ret = ipe_check_fd(fd, &check);

	tap_result(ret == 0 && check.verdict == verdict_of(reason) && check.reason == reason,
		   "%s: %s: %s", phase_name(phase), what, ipe_reason_name(reason));
	close(fd);
}

void judge_inline(enum phase phase)
{
	bool enforcing = phase_enforces(phase);
	enum ipe_reason anonymous = enforcing ? IPE_REASON_ANONYMOUS : IPE_REASON_ALLOWED;
	/* AT_EXECVE_CHECK knows nothing but regular files. */
	enum ipe_reason stream = phase == PHASE_RESTRICTED ? IPE_REASON_NOT_REGULAR : anonymous;

	expect_inline(phase, "without a configuration", IPE_REASON_ALLOWED);
	if (mkfifo(FIFO, 0644) && errno != EEXIST)
		tap_abort(FIFO);
	configure(OWN_CONFIGURATION);
	expect_inline(phase, "by the kernel's answer for anonymous memory", anonymous);
	expect_stream(phase, "/dev/zero, which can be mapped", "/dev/zero", stream);
	expect_stream(phase, "a FIFO", FIFO, stream);
	tap_result(anonymous_errno() == (enforcing ? EACCES : 0),
		   "%s: the kernel's answer to a real anonymous mapping", phase_name(phase));
	remove_configuration();
	write_file(FOREIGN_CONFIGURATION, "inline = securebits\n");
	configure(FOREIGN_CONFIGURATION);
	expect_inline(phase, "with a configuration on a tmpfs",
		      enforcing ? IPE_REASON_BAD_CONFIGURATION : IPE_REASON_ALLOWED);
	remove_configuration();
}

static void expect_load(enum phase phase, const char *path, enum ipe_reason reason)
{
	static char content[65536];
	struct ipe_check check = { 0 };
	size_t size = 0;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int ret = fd < 0 ? -errno : ipe_load_fd(fd, content, sizeof(content), &size, &check);

	tap_result(ret == 0 && check.verdict == verdict_of(reason) && check.reason == reason &&
			   (check.verdict == IPE_ALLOW) == (size > 0),
		   "%s: load of %s: %s", phase_name(phase), path, ipe_reason_name(reason));
	close(fd);
}

void judge_damaged(enum phase phase)
{
	struct ipe_check check = { 0 };
	int fd = open("/corrupt/damaged", O_RDONLY | O_CLOEXEC);
	int ret = ipe_check_fd(fd, &check);

	/* The kernel judges the volume, not each block: only reading finds the damage. */
	tap_result(ret == 0 && check.verdict == IPE_ALLOW,
		   "%s: a file with a damaged verity block is allowed until it is read",
		   phase_name(phase));
	close(fd);
	expect_load(phase, "/corrupt/damaged", IPE_REASON_READ_ERROR);
	expect_load(phase, "/corrupt/intact", IPE_REASON_ALLOWED);
}

static void expect_check(enum phase phase, int fd, const char *what, enum ipe_reason reason)
{
	struct ipe_check check = { 0 };
	int ret = ipe_check_fd(fd, &check);

	tap_result(ret == 0 && check.verdict == verdict_of(reason) && check.reason == reason,
		   "%s: %s: %s", phase_name(phase), what, ipe_reason_name(reason));
}

void judge_copied_up(enum phase phase)
{
	static const char *const files[PHASES] = { "elf-0755", "script-0755", "elf-0644",
						   "script-0644" };
	/* The file of the third phase is not executable, and is refused by that. */
	enum ipe_reason before =
		phase == PHASE_RESTRICTED ? IPE_REASON_NO_EXECUTE_BIT : IPE_REASON_ALLOWED;
	enum ipe_reason after = phase_enforces(phase) ? IPE_REASON_POLICY : IPE_REASON_ALLOWED;
	char path[64], start[sizeof("changed") - 1];
	int fd;

	snprintf(path, sizeof(path), "/places/overlay-later/%s", files[phase]);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	expect_check(phase, fd, "a file below an overlay", before);
	write_file(path, "changed");
	tap_result(pread(fd, start, sizeof(start), 0) == sizeof(start) &&
			   memcmp(start, "changed", sizeof(start)) == 0,
		   "%s: a descriptor judged before the copy-up reads what was written after",
		   phase_name(phase));
	expect_check(phase, fd, "the same descriptor after the copy-up", after);
	close(fd);
}
