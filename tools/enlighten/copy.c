/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "enlighten.h"

/* Of what all names and one value may take: XATTR_LIST_MAX, XATTR_SIZE_MAX. */
#define ATTRIBUTE_MAX ((size_t)65536)

#define TRIES_MAX     100

static bool write_content(int fd, const struct image *content)
{
	size_t done = 0;

	while (done < content->size) {
		ssize_t len = write(fd, content->bytes + done, content->size - done);

		if (len < 0 && errno == EINTR)
			continue;
		if (len <= 0)
			return false;
		done += (size_t)len;
	}
	return true;
}

/* A file in the folder of the program, with a name that nobody can foresee. */
static bool create(struct change *change)
{
	uint64_t number;

	for (int i = 0; i < TRIES_MAX; i++) {
		if (getrandom(&number, sizeof(number), 0) != sizeof(number))
			return false;
		snprintf(change->new_name, sizeof(change->new_name), ".%.200s.%016jx", change->last,
			 (uintmax_t)number);
		change->new_fd = openat(change->folder, change->new_name,
					O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0700);
		if (change->new_fd >= 0 || errno != EEXIST)
			return change->new_fd >= 0;
	}
	return false;
}

/* What is open for writing cannot be executed, neither here nor by who finds it in its place. */
static bool open_for_reading(struct change *change)
{
	close(change->new_fd);
	change->new_fd =
		openat(change->folder, change->new_name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	return change->new_fd >= 0;
}

bool make_file(struct change *change, const struct image *content)
{
	if (!create(change)) {
		complain_of(change, "cannot make a file beside it: %s; %s", strerror(errno),
			    errno == EROFS ? "mount its file system writable"
					   : "run ipectl as a user who may");
		change->new_name[0] = '\0';
		return false;
	}
	if (write_content(change->new_fd, content) && fchmod(change->new_fd, 0700) == 0 &&
	    open_for_reading(change))
		return true;
	complain_of(change, "cannot write the new file: %s; it is unchanged", strerror(errno));
	return false;
}

bool remove_file(struct change *change)
{
	bool removed = true;

	if (change->new_fd >= 0)
		close(change->new_fd);
	change->new_fd = -1;
	if (change->new_name[0])
		removed = unlinkat(change->folder, change->new_name, 0) == 0;
	if (!removed)
		complain_of(change, "cannot remove the file '%s' beside it: %s", change->new_name,
			    strerror(errno));
	change->new_name[0] = '\0';
	return removed;
}

/* Signatures and digests are of the old content. */
static bool is_of_content(const char *name)
{
	return strcmp(name, "security.ima") == 0 || strcmp(name, "security.evm") == 0;
}

static bool copy_attribute(const struct change *change, const char *name)
{
	char *value = malloc(ATTRIBUTE_MAX);
	ssize_t len = value ? fgetxattr(change->fd, name, value, ATTRIBUTE_MAX) : -1;
	bool copied = len >= 0 && fsetxattr(change->new_fd, name, value, (size_t)len, 0) == 0;

	free(value);
	if (!copied)
		complain_of(change, "cannot keep its attribute %s: %s; it is unchanged", name,
			    strerror(errno));
	return copied;
}

/* Access control lists and capabilities are among them. */
static bool copy_extended(const struct change *change)
{
	char *names = malloc(ATTRIBUTE_MAX);
	ssize_t len = names ? flistxattr(change->fd, names, ATTRIBUTE_MAX) : -1;
	bool copied = len >= 0 || errno == ENOTSUP;

	if (!copied)
		complain_of(change, "cannot read its attributes: %s; it is unchanged",
			    strerror(errno));
	for (char *name = names; copied && name < names + len; name += strlen(name) + 1) {
		if (is_of_content(name))
			complain_of(change,
				    "note: %s is of the old content and is left out: sign it "
				    "anew",
				    name);
		else
			copied = copy_attribute(change, name);
	}
	free(names);
	return copied;
}

bool copy_attributes(const struct change *change)
{
	const struct timespec times[2] = { change->st.st_atim, change->st.st_mtim };

	/* A new owner takes capabilities and special modes away, so that they come after. */
	if (fchown(change->new_fd, change->st.st_uid, change->st.st_gid) < 0 ||
	    fchmod(change->new_fd, change->st.st_mode & 07777) < 0) {
		complain_of(change, "cannot keep its owner and mode: %s; it is unchanged",
			    strerror(errno));
		return false;
	}
	if (!copy_extended(change))
		return false;
	if (futimens(change->new_fd, times) == 0)
		return true;
	complain_of(change, "cannot keep its times: %s; it is unchanged", strerror(errno));
	return false;
}
