/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The main script, PYTHONSTARTUP, byte code as a script, and extension modules before they are
 * mapped are opened by fopen, in libpython. Where that is linked in, the linker's --wrap leads its
 * calls here, and its calls alone. Where it is shared, the program's fopen64 is found before that of
 * libc, by all that is loaded, and libpython's calls are told by where they come from.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "launcher.h"

#ifdef IPE_SHARED_LIBPYTHON
static FILE *open_unjudged(const char *path, const char *mode)
{
	FILE *(*next)(const char *, const char *);

	*(void **)&next = dlsym(RTLD_NEXT, "fopen64");
	if (next)
		return next(path, mode);
	errno = ENOSYS;
	return NULL;
}

/* What cannot be told apart is judged. */
static bool is_for_libpython(void *caller)
{
	Dl_info python, object;

	return !dladdr(dlsym(RTLD_DEFAULT, "Py_BytesMain"), &python) || !dladdr(caller, &object) ||
	       python.dli_fbase == object.dli_fbase;
}
#else
FILE *__real_fopen64(const char *path, const char *mode);
FILE *__wrap_fopen64(const char *path, const char *mode);
#endif

/* Python opens what it interprets with this mode, and libraries that it will map with "r". */
static bool is_for_reading_code(const char *mode)
{
	return !strcmp(mode, "rb");
}

static int write_all(int fd, const char *data, size_t len)
{
	while (len > 0) {
		ssize_t done = write(fd, data, len);

		if (done < 0 && errno != EINTR)
			return -errno;
		if (done > 0) {
			data += done;
			len -= (size_t)done;
		}
	}
	return lseek(fd, 0, SEEK_SET) < 0 ? -errno : 0;
}

/* A file of our own with the content, which nobody can change meanwhile; or a negative errno. */
static int copy_content(const char *content, size_t len)
{
	int fd = memfd_create("ipe-python3", MFD_CLOEXEC);
	int error = fd < 0 ? -errno : write_all(fd, content, len);

	if (error < 0 && fd >= 0)
		close(fd);
	return error < 0 ? error : fd;
}

/* Takes the place of a judged regular file; or a negative errno, or a refusal in @check. */
static int load_copy(int fd, struct ipe_check *check)
{
	size_t room = (size_t)check->size + 1, len;
	char *content = malloc(room);
	int result = content ? ipe_load_fd(fd, content, room, &len, check) : -ENOMEM;

	if (result == 0)
		result = check->verdict == IPE_ALLOW ? copy_content(content, len) : -EACCES;
	free(content);
	close(fd);
	return result;
}

/* Judges what was opened. A descriptor to be read, or a negative errno. */
static int judge(int fd, const char *mode, struct ipe_check *check)
{
	int error = ipe_check_fd(fd, check);

	if (error == 0 && check->verdict == IPE_ALLOW)
		return check->size && is_for_reading_code(mode) ? load_copy(fd, check) : fd;
	close(fd);
	return error < 0 ? error : -EACCES;
}

static FILE *open_judged(const char *path, const char *mode)
{
	struct ipe_check check = { 0 };
	FILE *stream = NULL;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return NULL;
	fd = judge(fd, mode, &check);
	if (fd >= 0)
		stream = fdopen(fd, mode);
	else
		errno = -fd;
	if (fd == -EACCES && check.verdict != IPE_ALLOW)
		ipe_tell_refused(path, &check);
	if (fd >= 0 && !stream)
		close(fd);
	return stream;
}

/* Nothing else in libpython writes files but what debugging options ask for. */
static bool is_for_code(const char *path, const char *mode)
{
	/* Since 3.12, to count the threads before a fork; the name as a script comes with "rb". */
	if (!strcmp(path, "/proc/self/stat") && !is_for_reading_code(mode))
		return false;
	return mode[0] == 'r' && !strchr(mode, '+');
}

#ifdef IPE_SHARED_LIBPYTHON
__attribute__((visibility("default"))) FILE *fopen64(const char *path, const char *mode)
{
	if (is_for_code(path, mode) && is_for_libpython(__builtin_return_address(0)))
		return open_judged(path, mode);
	return open_unjudged(path, mode);
}
#else
FILE *__wrap_fopen64(const char *path, const char *mode)
{
	return is_for_code(path, mode) ? open_judged(path, mode) : __real_fopen64(path, mode);
}
#endif
