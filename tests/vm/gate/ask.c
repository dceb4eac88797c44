/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ask.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tap.h"

#define EXIT_OF_PAYLOAD 42

/* Shared with the children, who leave their answers here. */
union answers {
	struct asked asked;
	struct observed observed;
};

static union answers *answers(void)
{
	static union answers *shared;

	if (!shared) {
		shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
			      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
		if (shared == MAP_FAILED)
			tap_abort("mmap");
	}
	return shared;
}

static int copy_to_memfd(const struct subject *subject, int source)
{
	const int seals = F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL;
	char content[16384];
	ssize_t size = read(source, content, sizeof(content));
	int fd = memfd_create("gate", MFD_ALLOW_SEALING);

	if (fd < 0 || size <= 0 || write(fd, content, (size_t)size) != size)
		tap_abort("memfd");
	if (fchmod(fd, subject->mode) || (subject->sealed && fcntl(fd, F_ADD_SEALS, seals)))
		tap_abort("mode or seals of a memfd");
	close(source);
	return fd;
}

static int open_subject(const struct subject *subject)
{
	int fd = open(subject->path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		tap_abort(subject->path);
	return subject->memfd ? copy_to_memfd(subject, fd) : fd;
}

static int map_errno(int fd, int flags)
{
	void *map = mmap(NULL, 1, PROT_READ | PROT_EXEC, flags, fd, 0);

	if (map == MAP_FAILED)
		return errno;
	munmap(map, 1);
	return 0;
}

static int mprotect_errno(int fd)
{
	void *map = mmap(NULL, 1, PROT_READ, MAP_PRIVATE, fd, 0);
	int error;

	if (map == MAP_FAILED)
		tap_abort("mmap for reading");
	error = mprotect(map, 1, PROT_READ | PROT_EXEC) ? errno : 0;
	munmap(map, 1);
	return error;
}

static void execute(const struct subject *subject, int fd)
{
	char *argv[] = { (char[]){ "payload" }, NULL };
	char *envp[] = { NULL };

	if (subject->memfd)
		execveat(fd, "", argv, envp, AT_EMPTY_PATH);
	else
		execve(subject->path, argv, envp);
	answers()->observed.execute = errno;
	_exit(0);
}

static int execution(const struct subject *subject, int fd)
{
	pid_t child = fork();
	int status;

	if (child == 0)
		execute(subject, fd);
	if (child < 0 || waitpid(child, &status, 0) != child)
		tap_abort("fork or waitpid");
	if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_OF_PAYLOAD)
		return EXECUTED;
	return answers()->observed.execute;
}

static void observe(const struct subject *subject)
{
	int fd = open_subject(subject);

	answers()->observed = (struct observed){
		.map_private = map_errno(fd, MAP_PRIVATE),
		.map_shared = map_errno(fd, MAP_SHARED),
		.mprotect = mprotect_errno(fd),
	};
	answers()->observed.execute = execution(subject, fd);
}

static void ask(const struct subject *subject)
{
	static char content[65536];
	struct asked *asked = &answers()->asked;
	int fd = open_subject(subject);
	char path[64];
	size_t size;

	asked->pid = getpid();
	asked->ret[WAY_CHECK_FD] = ipe_check_fd(fd, &asked->check[WAY_CHECK_FD]);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	asked->ret[WAY_OPEN_CODE] = ipe_open_code(AT_FDCWD, subject->memfd ? path : subject->path,
						  &asked->check[WAY_OPEN_CODE]);
	asked->ret[WAY_LOAD_FD] =
		ipe_load_fd(fd, content, sizeof(content), &size, &asked->check[WAY_LOAD_FD]);
}

static void as_user(uid_t uid, void (*act)(const struct subject *), const struct subject *subject)
{
	pid_t child = fork();
	int status;

	if (child == 0) {
		if (setgroups(0, NULL) || setresgid(uid, uid, uid) || setresuid(uid, uid, uid))
			tap_abort("setresuid");
		act(subject);
		_exit(0);
	}
	if (child < 0 || waitpid(child, &status, 0) != child || status)
		tap_abort("a child ended badly");
}

struct asked ask_library(const struct subject *subject, uid_t uid)
{
	memset(answers(), 0, sizeof(union answers));
	as_user(uid, ask, subject);
	return answers()->asked;
}

struct observed observe_kernel(const struct subject *subject, uid_t uid)
{
	memset(answers(), 0, sizeof(union answers));
	as_user(uid, observe, subject);
	return answers()->observed;
}
