/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From a name to a new file in the place of the old one, or to the old one as it was. */
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "../output.h"
#include "enlighten.h"

void complain_of(const struct change *change, const char *format, ...)
{
	va_list arguments;

	fputs("ipectl: enlighten: '", stderr);
	print_escaped(stderr, change->name, strlen(change->name));
	fputs("': ", stderr);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
}

static enum outcome read_it(struct change *change)
{
	const char *problem;
	int error = read_program(change->fd, &change->program, &problem);

	if (error == 0)
		return OUTCOME_DONE;
	complain_of(change, "%s", problem ? problem : strerror(-error));
	return error == -EINVAL ? OUTCOME_REFUSED : OUTCOME_FAILED;
}

enum outcome open_program(const char *name, struct change *ret)
{
	*ret = (struct change){ .name = name, .fd = -1, .new_fd = -1 };
	ret->path = realpath(name, NULL);
	/* A FIFO must not hold it up. */
	if (ret->path)
		ret->fd = open(ret->path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
	if (ret->fd < 0 || fstat(ret->fd, &ret->st) < 0) {
		complain_of(ret, "cannot open it: %s; %s", strerror(errno), error_advice(errno));
		return OUTCOME_FAILED;
	}
	if (!S_ISREG(ret->st.st_mode)) {
		complain_of(ret, "it is not a regular file: name the interpreter");
		return OUTCOME_REFUSED;
	}
	return read_it(ret);
}

void close_program(struct change *change)
{
	if (change->new_path)
		unlink(change->new_path);
	if (change->new_fd >= 0)
		close(change->new_fd);
	if (change->fd >= 0)
		close(change->fd);
	free(change->new_path);
	free(change->path);
	free_program(&change->program);
}

/* What was made has to be what was meant, whatever patchelf thinks of it. */
static bool is_as_meant(const struct change *change, bool enlighten)
{
	struct program made;
	const char *problem;
	int fd = open(change->new_path, O_RDONLY | O_CLOEXEC);
	int error = fd < 0 ? -errno : read_program(fd, &made, &problem);
	bool as_meant = false;

	if (fd >= 0)
		close(fd);
	if (error == 0) {
		as_meant = enlighten ? differ_by_shim(&made, &change->program)
				     : differ_by_shim(&change->program, &made) &&
					       !is_enlightened(&made);
		free_program(&made);
	}
	if (!as_meant)
		complain_of(change, "what patchelf made of it is not what was asked for; it is "
				    "unchanged");
	return as_meant;
}

/* Whether the name still leads to the file that was read, with that content. */
static bool is_the_same(const struct change *change)
{
	struct stat now;

	if (stat(change->path, &now) == 0 && now.st_dev == change->st.st_dev &&
	    now.st_ino == change->st.st_ino && now.st_size == change->st.st_size &&
	    memcmp(&now.st_ctim, &change->st.st_ctim, sizeof(now.st_ctim)) == 0)
		return true;
	complain_of(change, "somebody else changed it meanwhile; try again");
	return false;
}

static void sync_folder(const char *path)
{
	char *folder = strndup(path, (size_t)(strrchr(path, '/') - path) + 1);
	int fd = folder ? open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;

	if (fd >= 0) {
		fsync(fd);
		close(fd);
	}
	free(folder);
}

static bool put_in_place(struct change *change)
{
	if (!is_the_same(change))
		return false;
	if (fsync(change->new_fd) < 0 || rename(change->new_path, change->path) < 0) {
		complain_of(change,
			    "cannot put the new file into its place: %s; it is unchanged, see "
			    "rename(2), and chattr(1) for immutable files",
			    strerror(errno));
		return false;
	}
	free(change->new_path);
	change->new_path = NULL;
	sync_folder(change->path);
	return true;
}

static void note_what_is_lost(const struct change *change)
{
	int flags = 0;

	if (change->st.st_nlink > 1)
		complain_of(change,
			    "note: %ju other hard links still lead to the old content: name "
			    "them, too",
			    (uintmax_t)change->st.st_nlink - 1);
	if (ioctl(change->fd, FS_IOC_GETFLAGS, &flags) == 0 && (flags & FS_VERITY_FL))
		complain_of(change, "note: fs-verity was of the old content: enable it anew");
}

static bool make_and_put(struct change *change, bool enlighten)
{
	/* patchelf may leave its own file in the place of the one that it was given. */
	if (!make_copy(change) || !run_patchelf(change, enlighten) ||
	    !is_as_meant(change, enlighten))
		return false;
	close(change->new_fd);
	change->new_fd = -1;
	if (!try_program(change, enlighten))
		return false;
	change->new_fd = open(change->new_path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (change->new_fd < 0) {
		complain_of(change, "cannot open the new file: %s; it is unchanged",
			    strerror(errno));
		return false;
	}
	return copy_attributes(change) && put_in_place(change);
}

enum outcome change_program(struct change *change, bool enlighten)
{
	sigset_t ending, before;
	bool done;

	if (is_enlightened(&change->program) == enlighten)
		return OUTCOME_NOTHING_TO_DO;
	if (enlighten && (change->st.st_mode & (S_ISUID | S_ISGID))) {
		complain_of(change, "it is set-user-ID or set-group-ID: a shim inside would open "
				    "files with its privileges; take the mode away first");
		return OUTCOME_REFUSED;
	}
	/* No new file is left behind, but by SIGKILL. */
	sigemptyset(&ending);
	sigaddset(&ending, SIGINT);
	sigaddset(&ending, SIGTERM);
	sigaddset(&ending, SIGHUP);
	sigaddset(&ending, SIGQUIT);
	sigprocmask(SIG_BLOCK, &ending, &before);
	done = make_and_put(change, enlighten);
	if (done)
		note_what_is_lost(change);
	else if (change->new_path) {
		unlink(change->new_path);
		free(change->new_path);
		change->new_path = NULL;
	}
	sigprocmask(SIG_SETMASK, &before, NULL);
	return done ? OUTCOME_DONE : OUTCOME_FAILED;
}
