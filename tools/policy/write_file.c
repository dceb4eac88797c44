/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "memory.h"
#include "output.h"
#include "write_file.h"

/* These return an errno, or 0. */

static int write_all(int fd, const char *bytes, size_t len)
{
	ssize_t done;

	while (len > 0) {
		done = write(fd, bytes, len);
		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return errno;
		bytes += done;
		len -= (size_t)done;
	}
	return 0;
}

static int write_and_close(int fd, const char *bytes, size_t len, bool sync)
{
	int error = write_all(fd, bytes, len);

	if (error == 0 && sync && fsync(fd) < 0)
		error = errno;
	if (close(fd) < 0 && error == 0)
		error = errno;
	return error;
}

/* As open() would make it. */
static int set_mode(int fd, const struct stat *old)
{
	mode_t mask = umask(0);

	umask(mask);
	return fchmod(fd, old ? old->st_mode & 0777 : 0666 & ~mask) < 0 ? errno : 0;
}

static int replace(const char *path, const struct stat *old, const char *bytes, size_t len)
{
	char *temporary = format_text("%s.XXXXXX", path);
	int fd = mkostemp(temporary, O_CLOEXEC);
	int error = fd < 0 ? errno : set_mode(fd, old);

	if (fd >= 0) {
		int written = write_and_close(fd, bytes, len, true);

		error = error ? error : written;
		if (error == 0 && rename(temporary, path) < 0)
			error = errno;
		if (error)
			unlink(temporary);
	}
	free(temporary);
	return error;
}

/* A signal that ends the program waits, so that no half of a file stays. */
static int replace_whole(const char *path, const struct stat *old, const char *bytes, size_t len)
{
	sigset_t all;
	sigset_t before;
	int error;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &before);
	error = replace(path, old, bytes, len);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return error;
}

static int write_to(const char *path, const char *bytes, size_t len)
{
	struct stat st;
	int fd;

	if (stat(path, &st) < 0)
		return errno == ENOENT ? replace_whole(path, NULL, bytes, len) : errno;
	if (S_ISREG(st.st_mode))
		return replace_whole(path, &st, bytes, len);
	fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
	return fd < 0 ? errno : write_and_close(fd, bytes, len, false);
}

bool write_file(const char *path, const void *bytes, size_t len)
{
	char *target;
	int error;

	/* What cannot be written there is found when the program ends. */
	if (strcmp(path, "-") == 0) {
		fwrite(bytes, 1, len, stdout);
		return true;
	}
	/* A link stays, and what it leads to is replaced. */
	target = realpath(path, NULL);
	error = write_to(target ? target : path, bytes, len);
	free(target);
	if (error == 0)
		return true;
	fputs("ipectl: cannot write '", stderr);
	print_escaped(stderr, path, strlen(path));
	fprintf(stderr, "': %s; %s\n", strerror(error),
		error == EFBIG ? "raise the limit on the size of files, which 'ulimit -f' shows"
			       : "name another file with -o");
	return false;
}
