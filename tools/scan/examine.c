/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One file: a program, a script or neither. Nothing but its first bytes is read of what is neither. */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../shim/handshake.h"
#include "../enlighten/needs_shim.h"
#include "output.h"
#include "root.h"
#include "scan.h"

/* As much as the kernel reads of a script. */
#define FIRST_BYTES 256

void cannot_read(struct scan *scan, const char *path, int error)
{
	fputs("ipectl: scan: cannot read '", stderr);
	print_escaped(stderr, path, strlen(path));
	fprintf(stderr, "': %s; %s\n", strerror(error), error_advice(error));
	scan->incomplete = true;
}

int open_in_tree(const struct scan *scan, const char *path, int flags)
{
	int fd = open_in_root(scan->root, path,
			      flags | (flags & O_PATH ? 0 : O_NONBLOCK | O_NOCTTY));

	if (fd >= 0)
		return fd;
	errno = -fd;
	return -1;
}

/* The others need not be read as a whole. */
static bool names_shim(const struct image *image)
{
	return image->needed_count > 0 &&
	       strcmp(last_part(image->needed[0]), IPE_SHIM_LIBRARY) == 0;
}

/* A negative errno, or 0 with *@ret NULL for what is neither program nor library. */
static int look_at_elf(struct scan *scan, int fd, const struct stat *st, struct file **ret)
{
	struct image image = { 0 };
	struct file *file = find_file(scan, st->st_dev, st->st_ino);
	int error;

	*ret = file;
	if (file)
		return 0;
	error = read_image(fd, scan->matcher, &image);
	if (error < 0) {
		free_image(&image);
		return error == -ENOEXEC ? 0 : error;
	}
	file = add_file(scan, st->st_dev, st->st_ino);
	file->mode = st->st_mode;
	file->image = image;
	look_at_needed(&file->image);
	file->image.needs_shim = names_shim(&file->image) && needs_shim(fd);
	*ret = file;
	return 0;
}

static int look_at(struct scan *scan, const char *path, int fd, struct file **ret)
{
	char first[FIRST_BYTES];
	struct stat st;
	ssize_t len;
	int error = 0;

	if (fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return 0;
	len = pread(fd, first, sizeof(first), 0);
	if (len < 0)
		return -errno;
	if (len >= SELFMAG && memcmp(first, ELFMAG, SELFMAG) == 0)
		error = look_at_elf(scan, fd, &st, ret);
	else if (len >= 2 && memcmp(first, "#!", 2) == 0)
		add_script(scan, path, first + 2, (size_t)len - 2);
	if (*ret)
		add_name(*ret, path);
	return error;
}

struct file *examine(struct scan *scan, const char *path, int flags)
{
	struct file *file = NULL;
	int fd = open_in_tree(scan, path, O_RDONLY | flags);
	int error = fd < 0 ? -errno : look_at(scan, path, fd, &file);

	if (fd >= 0)
		close(fd);
	/* Gone meanwhile, or replaced by a symbolic link or a socket. */
	if (error < 0 && error != -ENOENT && error != -ELOOP && error != -ENXIO)
		cannot_read(scan, path, -error);
	return file;
}
