/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a thread asks for, read once out of its registers and memory. */
#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "process_words.h"
#include "supervisor.h"

/* O_LARGEFILE of 32-bit x86 and of ARM, which 64-bit programs have always set. */
#define X86_LARGE_FILE 0100000
#define ARM_LARGE_FILE 0400000

#define PAGE	       4096
#define HOW_MIN	       ((size_t)24)
#define TMPFILE_BIT    (O_TMPFILE & ~O_DIRECTORY)
#define MODE_BITS      07777

/* What openat(2) knows of; it ignores the rest. */
#define KNOWN_FLAGS                                                                           \
	(O_ACCMODE | O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC | O_APPEND | O_NONBLOCK | O_SYNC | \
	 O_ASYNC | O_DIRECT | O_DIRECTORY | O_NOFOLLOW | O_NOATIME | O_CLOEXEC | O_PATH |     \
	 O_TMPFILE)

static int read_path(struct request *request, uint64_t address)
{
	ssize_t len = read_memory(request->tid, address, request->path, sizeof(request->path));

	if (len == -EPERM || len == -ESRCH) {
		request->limit = "its memory cannot be read: it is not dumpable, see prctl(2)";
		return -EACCES;
	}
	if (len < 0)
		return (int)len;
	if (memchr(request->path, '\0', (size_t)len))
		return request->path[0] == '\0' ? -ENOENT : 0;
	return (size_t)len == sizeof(request->path) ? -ENAMETOOLONG : -EFAULT;
}

/* As the kernel reads a structure that may be of another version. */
static int read_how(struct request *request, uint64_t address, uint64_t size)
{
	char raw[PAGE] = { 0 };
	ssize_t len;

	if (size < HOW_MIN)
		return -EINVAL;
	if (size > sizeof(raw))
		return -E2BIG;
	len = read_memory(request->tid, address, raw, size);
	if (len != (ssize_t)size)
		return -EFAULT;
	for (size_t i = sizeof(request->how); i < size; i++)
		if (raw[i] != 0)
			return -E2BIG;
	memcpy(&request->how, raw, sizeof(request->how));
	/* The kernel hands over no such descriptor, and callers know older kernels. */
	if (request->how.flags & O_PATH) {
		request->limit =
			"openat2(2) with O_PATH cannot be supervised; openat(2) need not be";
		return -ENOSYS;
	}
	return 0;
}

static void take_flags(struct request *request, uint64_t flags, uint64_t mode)
{
	bool may_create = (flags & (O_CREAT | TMPFILE_BIT)) != 0;

	request->how = (struct open_how){ .flags = (uint32_t)flags & KNOWN_FLAGS,
					  .mode = may_create ? mode & MODE_BITS : 0 };
}

static bool asks_for_large_files(uint32_t architecture, uint64_t flags)
{
	switch (architecture) {
	case SCMP_ARCH_X86:
		return flags & X86_LARGE_FILE;
	case SCMP_ARCH_ARM:
		return flags & ARM_LARGE_FILE;
	default:
		return true;
	}
}

static bool is_call(const struct seccomp_data *data, const char *name)
{
	return data->nr == seccomp_syscall_resolve_name_arch(data->arch, name);
}

/* execveat(2) and execve(2), with the program to be looked at. */
static int read_execution(struct request *request, const struct seccomp_data *data, int *dir)
{
	const uint64_t *args = (const uint64_t *)data->args;
	bool at = is_call(data, "execveat");
	uint64_t flags = at ? args[4] : 0;
	int error = read_path(request, args[at]);

	if (!at && !is_call(data, "execve"))
		return -ENOSYS;
	request->executes = true;
	request->large_file = true;
	*dir = at ? *dir : AT_FDCWD;
	request->argv = args[at + 1];
	request->envp = args[at + 2];
	request->how = (struct open_how){ .flags = O_PATH |
						   (flags & AT_SYMLINK_NOFOLLOW ? O_NOFOLLOW : 0) };
	return error == -ENOENT && (flags & AT_EMPTY_PATH) ? 0 : error;
}

static int read_call(struct request *request, const struct seccomp_data *data, int *dir)
{
	const uint64_t *args = (const uint64_t *)data->args;
	int error;

	*dir = (int)args[0];
	request->narrow = data->arch == SCMP_ARCH_X86 || data->arch == SCMP_ARCH_ARM;
	if (is_call(data, "openat2")) {
		request->strict = true;
		request->large_file = true;
		error = read_how(request, args[2], args[3]);
		return error < 0 ? error : read_path(request, args[1]);
	}
	if (is_call(data, "openat")) {
		take_flags(request, args[2], args[3]);
		request->large_file = asks_for_large_files(data->arch, args[2]);
		return read_path(request, args[1]);
	}
	if (!is_call(data, "open"))
		return read_execution(request, data, dir);
	*dir = AT_FDCWD;
	take_flags(request, args[1], args[2]);
	request->large_file = asks_for_large_files(data->arch, args[1]);
	return read_path(request, args[0]);
}

/* Where a relative path starts, as a descriptor of this process. */
static int open_start(struct request *request, int dir)
{
	char name[32] = "cwd";

	if (request->path[0] == '/' &&
	    !(request->how.resolve & (RESOLVE_BENEATH | RESOLVE_IN_ROOT)))
		return 0;
	if (dir != AT_FDCWD && dir < 0)
		return -EBADF;
	if (dir != AT_FDCWD)
		snprintf(name, sizeof(name), "fd/%d", dir);
	request->start = openat(request->proc, name, O_PATH | O_CLOEXEC);
	if (request->start >= 0)
		return 0;
	return errno == ENOENT && dir != AT_FDCWD ? -EBADF : -errno;
}

static int open_proc_folder(struct request *request)
{
	char name[32];

	snprintf(name, sizeof(name), "%d", request->tid);
	request->proc = openat(request->supervisor->proc, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return request->proc < 0 ? -errno : 0;
}

int read_request(struct request *request, const struct seccomp_notif *notification)
{
	int dir = -1;
	int error = open_proc_folder(request);
	int call_error = error < 0 ? error : read_call(request, &notification->data, &dir);

	request->caller = notification->data.instruction_pointer;
	/* All of this was its own, and not of a process that got its number, if it still waits. */
	if (seccomp_notify_id_valid(request->supervisor->listener, request->id) != 0)
		return -ESRCH;
	if (call_error < 0)
		return call_error;
	request->dir = dir;
	error = open_start(request, dir);
	if (error == 0)
		error = find_context(request);
	if (error == -EACCES || error == -EPERM)
		request->limit = "the supervisor may not see its root, folder and descriptors";
	return error;
}

void forget_request(struct request *request)
{
	int *const held[] = { &request->proc, &request->start, &request->root };

	for (size_t i = 0; i < sizeof(held) / sizeof(held[0]); i++) {
		if (*held[i] >= 0)
			close(*held[i]);
		*held[i] = -1;
	}
}
