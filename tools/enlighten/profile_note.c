/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../root.h"
#include "enlighten.h"

/* As the shim reads it. */
#define PROFILE_MAX    16384
#define PROFILE_FOLDER "/etc/ipe-enlighten/profiles/"

/* Reads all of a profile; 0 or a negative errno. */
static int read_profile(int fd, struct note *ret)
{
	unsigned char *bytes = malloc(PROFILE_MAX);
	size_t size = 0;
	ssize_t len = 1;

	while (bytes && len > 0 && size < PROFILE_MAX) {
		len = TEMP_FAILURE_RETRY(read(fd, bytes + size, PROFILE_MAX - size));
		size += len > 0 ? (size_t)len : 0;
	}
	if (!bytes || len < 0 || size == PROFILE_MAX || size == 0 || memchr(bytes, '\0', size)) {
		free(bytes);
		return !bytes ? -ENOMEM : len < 0 ? -errno : -EBADMSG;
	}
	*ret = (struct note){ NOTE_PROFILE, bytes, size };
	return 0;
}

static bool take_profile(const struct change *change, const char *path, int fd, struct note *ret)
{
	int error = fd < 0 ? fd : read_profile(fd, ret);

	if (fd >= 0)
		close(fd);
	if (error == -EBADMSG)
		complain_of(change,
			    "the profile '%s' is no text of 1 to %d bytes: make it with "
			    "ipe-shim-train; it is unchanged",
			    path, PROFILE_MAX - 1);
	else if (error < 0)
		complain_of(change, "cannot read the profile '%s': %s; it is unchanged", path,
			    strerror(-error));
	return error == 0;
}

/* The one that was made for this very build, if there is one. */
static bool find_profile(const struct change *change, struct note *ret)
{
	char path[sizeof(PROFILE_FOLDER) + 2 * NOTE_BUILD_ID_MAX] = PROFILE_FOLDER;
	int fd;

	if (!note_build_id(&change->image, path + strlen(path)))
		return true;
	fd = open_in_root(change->request->root, path, O_RDONLY | O_NONBLOCK);
	return fd == -ENOENT || fd == -ENOTDIR || take_profile(change, path, fd, ret);
}

bool read_additions(const struct change *change, struct additions *ret)
{
	const struct request *request = change->request;
	const char *name = request->interpreter;
	int fd;

	*ret = (struct additions){ .shim = find_shim(change) };
	if (!ret->shim)
		return false;
	if (name)
		ret->interpreter = (struct note){ NOTE_INTERPRETER, (const unsigned char *)name,
						  strlen(name) };
	if (!request->profile)
		return find_profile(change, &ret->profile);
	fd = open(request->profile, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	return take_profile(change, request->profile, fd < 0 ? -errno : fd, &ret->profile);
}

void free_additions(struct additions *additions)
{
	free((void *)(uintptr_t)additions->profile.bytes);
}
