/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From a name to a new file in the place of the old one, or to the old one as it was. */
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
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

static enum outcome complain_of_image(const struct change *change, int error)
{
	complain_of(change, "%s", change->image.problem ? change->image.problem : strerror(-error));
	return error == -EINVAL ? OUTCOME_REFUSED : OUTCOME_FAILED;
}

static enum outcome read_it(struct change *change)
{
	int error = image_load(change->fd, &change->image);

	if (error == 0)
		error = tables_read(&change->image, &change->tables);
	return error < 0 ? complain_of_image(change, error) : OUTCOME_DONE;
}

static const char *advice(const struct change *change, int error)
{
	return error == ENOENT && change->request->root != AT_FDCWD
		       ? "name it as it is called inside of the root"
		       : error_advice(error);
}

enum outcome open_program(const char *name, const struct request *request, struct change *ret)
{
	*ret = (struct change){ .request = request, .name = name, .fd = -1, .new_fd = -1 };
	ret->folder = open_folder(request->root, name, ret->last);
	if (ret->folder == -EISDIR) {
		complain_of(ret, "it is not a regular file: name the interpreter");
		return OUTCOME_REFUSED;
	}
	/* A FIFO must not hold it up. */
	if (ret->folder >= 0)
		ret->fd = openat(ret->folder, ret->last,
				 O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
	else
		errno = -ret->folder;
	if (ret->fd < 0 || fstat(ret->fd, &ret->st) < 0) {
		complain_of(ret, "cannot open it: %s; %s", strerror(errno), advice(ret, errno));
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
	remove_file(change);
	if (change->fd >= 0)
		close(change->fd);
	if (change->folder >= 0)
		close(change->folder);
	tables_free(&change->tables);
	image_free(&change->image);
	image_free(&change->new_image);
}

/* Whether the name still leads to the file that was read, with that content. */
static bool is_the_same(const struct change *change)
{
	struct stat now;

	if (fstatat(change->folder, change->last, &now, AT_SYMLINK_NOFOLLOW) == 0 &&
	    now.st_dev == change->st.st_dev && now.st_ino == change->st.st_ino &&
	    now.st_size == change->st.st_size &&
	    memcmp(&now.st_ctim, &change->st.st_ctim, sizeof(now.st_ctim)) == 0)
		return true;
	complain_of(change, "somebody else changed it meanwhile; try again");
	return false;
}

static void sync_folder(int folder)
{
	int fd = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd >= 0) {
		fsync(fd);
		close(fd);
	}
}

static bool put_in_place(struct change *change)
{
	if (!is_the_same(change))
		return false;
	if (fsync(change->new_fd) < 0 ||
	    renameat(change->folder, change->new_name, change->folder, change->last) < 0) {
		complain_of(change,
			    "cannot put the new file into its place: %s; it is unchanged, see "
			    "rename(2), and chattr(1) for immutable files",
			    strerror(errno));
		return false;
	}
	change->new_name[0] = '\0';
	sync_folder(change->folder);
	return true;
}

static void note_what_is_lost(const struct change *change)
{
	int flags = 0;

	if (change->st.st_nlink > 1)
		complain_of(change, "note: %s to the old content: name %s, too",
			    change->st.st_nlink == 2 ? "another hard link still leads"
						     : "other hard links still lead",
			    change->st.st_nlink == 2 ? "it" : "them");
	if (ioctl(change->fd, FS_IOC_GETFLAGS, &flags) == 0 && (flags & FS_VERITY_FL))
		complain_of(change, "note: fs-verity was of the old content: enable it anew");
}

static enum outcome make(struct change *change, bool enlighten)
{
	struct additions additions = { 0 };
	int error = 0;

	if (enlighten && !read_additions(change, &additions)) {
		free_additions(&additions);
		return OUTCOME_FAILED;
	}
	if (enlighten)
		error = put_shim(&change->image, &change->tables, &additions, &change->new_image);
	else
		error = take_shim(&change->image, &change->tables, &change->new_image);
	free_additions(&additions);
	return error < 0 ? complain_of_image(change, error) : OUTCOME_DONE;
}

/* The loader has to read the new file as it is meant. */
static bool is_as_meant(struct change *change, bool enlighten)
{
	struct tables tables = { 0 };
	const bool as_meant = tables_read(&change->new_image, &tables) == 0 &&
			      (tables_shim(&change->new_image, &tables) != NULL) == enlighten &&
			      strcmp(tables.interpreter, change->tables.interpreter) == 0;

	tables_free(&tables);
	if (!as_meant)
		complain_of(change, "malformed ELF file: it cannot be changed; it is unchanged");
	return as_meant;
}

static enum outcome make_and_put(struct change *change, bool enlighten)
{
	enum outcome outcome = make(change, enlighten);

	if (outcome != OUTCOME_DONE)
		return outcome;
	if (is_as_meant(change, enlighten) && try_program(change, enlighten) &&
	    make_file(change, &change->new_image) && copy_attributes(change) &&
	    put_in_place(change))
		return OUTCOME_DONE;
	return OUTCOME_FAILED;
}

bool has_shim(const struct change *change)
{
	return tables_shim(&change->image, &change->tables) != NULL;
}

bool finds_shim(const struct change *change)
{
	return is_shim_there(change, tables_shim(&change->image, &change->tables));
}

enum outcome change_program(struct change *change, bool enlighten)
{
	sigset_t ending, before;
	enum outcome outcome;

	if (has_shim(change) == enlighten)
		return enlighten && !finds_shim(change) ? OUTCOME_FAILED : OUTCOME_NOTHING_TO_DO;
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
	/* Then a file that is larger than it may be is an error of write(2). */
	signal(SIGXFSZ, SIG_IGN);
	outcome = make_and_put(change, enlighten);
	if (outcome == OUTCOME_DONE)
		note_what_is_lost(change);
	remove_file(change);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return outcome;
}
