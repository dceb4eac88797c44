/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Every odd thing that an interpreter may be handed as its script. */
#include <fcntl.h>
#include <pty.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "gate.h"

#ifndef MFD_EXEC
#define MFD_NOEXEC_SEAL 0x0008U
#define MFD_EXEC	0x0010U
#endif

static struct ipe_check check;

/* There is no file to ask about, so the verdict is the one on code without a file. */
static void expect_inline(int fd)
{
	struct ipe_check code, file, input;

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(ipe_check_inline(&code), 0);
	ck_assert_int_eq(ipe_check_fd(fd, &file), 0);
	ck_assert_int_eq(ipe_check_stdin(fd, &input), 0);
	assert_verdict(file, code.verdict, code.reason);
	assert_verdict(input, code.verdict, code.reason);
	ck_assert_int_eq(file.mmap_probe, code.mmap_probe);
}

static void expect_callers_error(int fd)
{
	char buf[64];
	size_t len;

	ck_assert_int_eq(ipe_check_fd(fd, &check), -EBADF);
	ck_assert_int_eq(check.verdict, IPE_DENY);
	ck_assert_int_eq(check.reason, IPE_REASON_UNDECIDED);
	ck_assert_int_eq(ipe_check_stdin(fd, &check), -EBADF);
	ck_assert_int_eq(ipe_load_fd(fd, buf, sizeof(buf), &len, &check), -EBADF);
}

START_TEST(a_file_open_for_reading_is_allowed)
{
	int fd = new_script("script", 0644);
	char byte;

	ck_assert_int_eq(lseek(fd, 5, SEEK_SET), 5);
	errno = 4711;
	check = judged(fd);
	ck_assert_int_eq(errno, 4711);
	assert_verdict(check, IPE_ALLOW, IPE_REASON_ALLOWED);
	ck_assert_uint_eq(check.size, strlen(SCRIPT_TEXT));
	ck_assert_int_eq(lseek(fd, 0, SEEK_CUR), 5);
	ck_assert_int_eq(read(fd, &byte, 1), 1);
	ck_assert_int_eq(byte, SCRIPT_TEXT[5]);
}
END_TEST

START_TEST(a_file_open_for_reading_and_writing_is_allowed)
{
	close(new_script("script", 0644));
	check = judged(open("script", O_RDWR | O_CLOEXEC));
	assert_verdict(check, IPE_ALLOW, IPE_REASON_ALLOWED);
}
END_TEST

START_TEST(an_empty_file_is_allowed)
{
	write_file("empty", "", 0644);
	check = judged(open("empty", O_RDONLY | O_CLOEXEC));
	assert_verdict(check, IPE_ALLOW, IPE_REASON_ALLOWED);
}
END_TEST

START_TEST(a_file_not_open_for_reading_is_the_callers_error)
{
	close(new_script("script", 0644));
	expect_callers_error(open("script", O_WRONLY | O_CLOEXEC));
	expect_callers_error(open("script", O_WRONLY | O_APPEND | O_CLOEXEC));
	expect_callers_error(open("script", O_PATH | O_CLOEXEC));
	expect_callers_error(open("script", O_ACCMODE | O_CLOEXEC));
}
END_TEST

START_TEST(a_closed_descriptor_is_the_callers_error)
{
	int fd = new_script("script", 0644);

	close(fd);
	errno = 4711;
	expect_callers_error(fd);
	expect_callers_error(-1);
	expect_callers_error(AT_FDCWD);
	expect_callers_error(1 << 30);
	ck_assert_int_eq(errno, 4711);
}
END_TEST

START_TEST(a_pipe_is_no_file)
{
	int ends[2];

	ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
	expect_inline(ends[0]);
	expect_callers_error(ends[1]);
}
END_TEST

START_TEST(a_socket_is_no_file)
{
	int ends[2];

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
	expect_inline(ends[0]);
}
END_TEST

START_TEST(a_terminal_is_no_file)
{
	int master, terminal;

	ck_assert_int_eq(openpty(&master, &terminal, NULL, NULL, NULL), 0);
	expect_inline(terminal);
	expect_inline(master);
}
END_TEST

START_TEST(a_device_is_no_file_even_if_it_can_be_mapped)
{
	expect_inline(open("/dev/null", O_RDONLY | O_CLOEXEC));
	expect_inline(open("/dev/zero", O_RDONLY | O_CLOEXEC));
	expect_callers_error(open("/dev/zero", O_WRONLY | O_CLOEXEC));
}
END_TEST

START_TEST(a_fifo_is_no_file)
{
	ck_assert_int_eq(mkfifo("fifo", 0666), 0);
	expect_inline(open("fifo", O_RDONLY | O_NONBLOCK | O_CLOEXEC));
}
END_TEST

START_TEST(what_has_no_type_is_refused)
{
	check = judged(eventfd(0, EFD_CLOEXEC));
	assert_verdict(check, IPE_DENY, IPE_REASON_NOT_REGULAR);
	check = judged(epoll_create1(EPOLL_CLOEXEC));
	assert_verdict(check, IPE_DENY, IPE_REASON_NOT_REGULAR);
}
END_TEST

START_TEST(a_directory_is_refused)
{
	check = judged(open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
	assert_verdict(check, IPE_DENY, IPE_REASON_NOT_REGULAR);
	expect_callers_error(open(".", O_PATH | O_DIRECTORY | O_CLOEXEC));
}
END_TEST

START_TEST(a_file_of_proc_is_refused)
{
	check = judged(open("/proc/self/status", O_RDONLY | O_CLOEXEC));
	ck_assert_int_eq(check.verdict, IPE_DENY);
	ck_assert_int_ne(check.reason, IPE_REASON_UNDECIDED);
	ck_assert_int_lt(check.mmap_probe, 0);
}
END_TEST

START_TEST(a_memory_file_is_judged_as_the_kernel_maps_it)
{
	static const unsigned int flags[] = { MFD_ALLOW_SEALING, MFD_EXEC | MFD_ALLOW_SEALING,
					      MFD_NOEXEC_SEAL | MFD_ALLOW_SEALING };

	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
		int fd = memfd_create("script", flags[i] | MFD_CLOEXEC);

		if (fd < 0 && i > 0)
			continue;
		ck_assert_int_eq(write(fd, SCRIPT_TEXT, strlen(SCRIPT_TEXT)), strlen(SCRIPT_TEXT));
		check = judged(fd);
		assert_verdict(check, IPE_ALLOW, IPE_REASON_ALLOWED);
		ck_assert_int_eq(fcntl(fd, F_ADD_SEALS,
				       F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL),
				 0);
		check = judged(fd);
		assert_verdict(check, IPE_ALLOW, IPE_REASON_ALLOWED);
	}
}
END_TEST

START_TEST(a_deleted_file_is_judged_like_any_other)
{
	int fd = new_script("deleted", 0644);

	ck_assert_int_eq(unlink("deleted"), 0);
	check = judged(fd);
	assert_verdict(check, IPE_ALLOW, IPE_REASON_ALLOWED);
}
END_TEST

START_TEST(an_inherited_mapping_or_lock_changes_nothing)
{
	int fd = new_script("script", 0644);
	void *map = mmap(NULL, 8192, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0);

	ck_assert_ptr_ne(map, MAP_FAILED);
	for (int i = 0; i < 100; i++) {
		check = judged(fd);
		assert_verdict(check, IPE_ALLOW, IPE_REASON_ALLOWED);
	}
	ck_assert_int_eq(memcmp(map, SCRIPT_TEXT, strlen(SCRIPT_TEXT)), 0);
}
END_TEST

int main(void)
{
	TCase *descriptors = tcase_create("descriptors");
	const char *obstacle;
	int status;

	tcase_add_test(descriptors, a_file_open_for_reading_is_allowed);
	tcase_add_test(descriptors, a_file_open_for_reading_and_writing_is_allowed);
	tcase_add_test(descriptors, an_empty_file_is_allowed);
	tcase_add_test(descriptors, a_file_not_open_for_reading_is_the_callers_error);
	tcase_add_test(descriptors, a_closed_descriptor_is_the_callers_error);
	tcase_add_test(descriptors, a_pipe_is_no_file);
	tcase_add_test(descriptors, a_socket_is_no_file);
	tcase_add_test(descriptors, a_terminal_is_no_file);
	tcase_add_test(descriptors, a_device_is_no_file_even_if_it_can_be_mapped);
	tcase_add_test(descriptors, a_fifo_is_no_file);
	tcase_add_test(descriptors, what_has_no_type_is_refused);
	tcase_add_test(descriptors, a_directory_is_refused);
	tcase_add_test(descriptors, a_file_of_proc_is_refused);
	tcase_add_test(descriptors, a_memory_file_is_judged_as_the_kernel_maps_it);
	tcase_add_test(descriptors, a_deleted_file_is_judged_like_any_other);
	tcase_add_test(descriptors, an_inherited_mapping_or_lock_changes_nothing);
	gate_enter();
	obstacle = gate_obstacle();
	status = obstacle ? skip_all(obstacle) : run_case(descriptors, "descriptors");
	gate_leave();
	return status;
}
