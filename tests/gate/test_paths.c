/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Opening by name: links as the kernel follows them, and nothing that blocks or leaks. */
#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "gate.h"

static struct ipe_check check;

static int open_descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int count = 0;

	ck_assert_ptr_nonnull(dir);
	while (readdir(dir))
		count++;
	closedir(dir);
	return count;
}

START_TEST(the_descriptor_reads_the_file_and_closes_on_exec)
{
	char buf[64];
	int fd;

	close(new_script("script", 0644));
	errno = 4711;
	fd = ipe_open_code(AT_FDCWD, "script", &check);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(errno, 4711);
	assert_verdict(check, IPE_ALLOW, IPE_REASON_ALLOWED);
	ck_assert_int_eq(fcntl(fd, F_GETFD), FD_CLOEXEC);
	ck_assert_int_eq(fcntl(fd, F_GETFL) & O_ACCMODE, O_RDONLY);
	ck_assert_int_eq(read(fd, buf, sizeof(buf)), strlen(SCRIPT_TEXT));
}
END_TEST

START_TEST(a_relative_name_starts_from_the_directory)
{
	int dir, fd;

	ck_assert_int_eq(mkdir("sub", 0755), 0);
	close(new_script("sub/script", 0644));
	dir = open("sub", O_PATH | O_DIRECTORY | O_CLOEXEC);
	fd = ipe_open_code(dir, "script", &check);
	ck_assert_int_ge(fd, 0);
	assert_verdict(check, IPE_ALLOW, IPE_REASON_ALLOWED);
	ck_assert_int_eq(ipe_open_code(dir, "sub/script", &check), -ENOENT);
	ck_assert_int_eq(ipe_open_code(fd, "script", &check), -ENOTDIR);
	ck_assert_int_eq(ipe_open_code(-1, "script", &check), -EBADF);
}
END_TEST

START_TEST(a_chain_of_links_is_followed_to_the_file)
{
	close(new_script("script", 0644));
	ck_assert_int_eq(symlink("script", "link-1"), 0);
	ck_assert_int_eq(symlink("./link-1", "link-2"), 0);
	ck_assert_int_eq(symlink("link-2", "link-3"), 0);
	ck_assert_int_eq(try_open("link-3", &check), 0);
	assert_verdict(check, IPE_ALLOW, IPE_REASON_ALLOWED);
	ck_assert_uint_eq(check.size, strlen(SCRIPT_TEXT));
}
END_TEST

START_TEST(a_name_that_leads_nowhere_is_no_verdict)
{
	char longest[5000];

	memset(longest, 'a', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	ck_assert_int_eq(symlink("nowhere", "dangling"), 0);
	ck_assert_int_eq(symlink("loop-2", "loop-1"), 0);
	ck_assert_int_eq(symlink("loop-1", "loop-2"), 0);
	ck_assert_int_eq(try_open("dangling", &check), -ENOENT);
	ck_assert_int_eq(try_open("loop-1", &check), -ELOOP);
	ck_assert_int_eq(try_open("", &check), -ENOENT);
	ck_assert_int_eq(try_open(longest, &check), -ENAMETOOLONG);
	ck_assert_int_eq(try_open(NULL, &check), -EFAULT);
	ck_assert_int_eq(check.verdict, IPE_DENY);
	ck_assert_int_eq(check.reason, IPE_REASON_UNDECIDED);
}
END_TEST

START_TEST(a_magic_link_leads_to_the_open_file)
{
	char magic[64];
	int ends[2], fd = new_script("script", 0644);

	snprintf(magic, sizeof(magic), "/proc/self/fd/%d", fd);
	ck_assert_int_eq(unlink("script"), 0);
	ck_assert_int_eq(try_open(magic, &check), 0);
	assert_verdict(check, IPE_ALLOW, IPE_REASON_ALLOWED);
	ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
	snprintf(magic, sizeof(magic), "/dev/fd/%d", ends[0]);
	ck_assert_int_eq(try_open(magic, &check), -EACCES);
	assert_verdict(check, IPE_DENY, IPE_REASON_NOT_REGULAR);
}
END_TEST

START_TEST(a_fifo_nobody_writes_to_does_not_block)
{
	ck_assert_int_eq(mkfifo("fifo", 0666), 0);
	alarm(3);
	ck_assert_int_eq(try_open("fifo", &check), -EACCES);
	assert_verdict(check, IPE_DENY, IPE_REASON_NOT_REGULAR);
}
END_TEST

START_TEST(directories_devices_and_sockets_are_refused)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = "socket" };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	ck_assert_int_eq(try_open("socket", &check), -ENXIO);
	ck_assert_int_eq(try_open(".", &check), -EACCES);
	assert_verdict(check, IPE_DENY, IPE_REASON_NOT_REGULAR);
	ck_assert_int_eq(try_open("/dev/null", &check), -EACCES);
	assert_verdict(check, IPE_DENY, IPE_REASON_NOT_REGULAR);
	ck_assert_int_eq(try_open("/dev/zero", &check), -EACCES);
	assert_verdict(check, IPE_DENY, IPE_REASON_NOT_REGULAR);
}
END_TEST

START_TEST(no_descriptor_is_left_behind)
{
	int before = open_descriptors();

	close(new_script("script", 0644));
	errno = 4711;
	for (int i = 0; i < 100; i++) {
		(void)!try_open(".", &check);
		(void)!try_open("nowhere", &check);
		(void)!ipe_check_inline(&check);
		ck_assert_int_eq(try_open("script", NULL), 0);
	}
	ck_assert_int_eq(errno, 4711);
	ck_assert_int_eq(open_descriptors(), before);
}
END_TEST

int main(void)
{
	TCase *paths = tcase_create("paths");
	const char *obstacle;
	int status;

	tcase_add_test(paths, the_descriptor_reads_the_file_and_closes_on_exec);
	tcase_add_test(paths, a_relative_name_starts_from_the_directory);
	tcase_add_test(paths, a_chain_of_links_is_followed_to_the_file);
	tcase_add_test(paths, a_name_that_leads_nowhere_is_no_verdict);
	tcase_add_test(paths, a_magic_link_leads_to_the_open_file);
	tcase_add_test(paths, a_fifo_nobody_writes_to_does_not_block);
	tcase_add_test(paths, directories_devices_and_sockets_are_refused);
	tcase_add_test(paths, no_descriptor_is_left_behind);
	gate_enter();
	obstacle = gate_obstacle();
	status = obstacle ? skip_all(obstacle) : run_case(paths, "paths");
	gate_leave();
	return status;
}
