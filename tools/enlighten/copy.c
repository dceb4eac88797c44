/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "enlighten.h"

/* Of what all names and one value may take: XATTR_LIST_MAX, XATTR_SIZE_MAX. */
#define ATTRIBUTE_MAX ((size_t)65536)

static bool copy_content(int from, int to, off_t size)
{
	off_t at = 0;

	while (at < size) {
		ssize_t len = sendfile(to, from, &at, (size_t)(size - at));

		if (len < 0 && errno == EINTR)
			continue;
		if (len <= 0)
			return false;
	}
	return true;
}

bool make_copy(struct change *change)
{
	const char *slash = strrchr(change->path, '/');
	int folder = (int)(slash - change->path);

	if (asprintf(&change->new_path, "%.*s/.%s.XXXXXX", folder, change->path, slash + 1) < 0) {
		change->new_path = NULL;
		complain_of(change, "there is no memory for it");
		return false;
	}
	change->new_fd = mkostemp(change->new_path, O_CLOEXEC);
	if (change->new_fd < 0) {
		complain_of(change,
			    "cannot make a file beside it: %s; run ipectl as a user who may",
			    strerror(errno));
		free(change->new_path);
		change->new_path = NULL;
		return false;
	}
	if (copy_content(change->fd, change->new_fd, change->st.st_size) &&
	    fchmod(change->new_fd, 0700) == 0)
		return true;
	complain_of(change, "cannot copy it: %s; it is unchanged", strerror(errno));
	return false;
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
