/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../shim/handshake.h"
#include "../root.h"
#include "enlighten.h"

/* As the shim reads it. */
#define PROFILE_MAX  16384
#define PLACE	     "([0-9]+|[*]) [0-9a-f]+[+][0-9a-f]+"
#define PROFILE_LINE "^(#.*|interpreter [^ ]+|(code|data) " PLACE "( " PLACE ")?)?$"

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
	*ret = (struct note){ IPE_NOTE_PROFILE, bytes, size };
	return 0;
}

/* The number of the first line that is none of a profile, or 0; -1 without memory. */
static int find_wrong_line(const struct note *profile)
{
	char *text = strndup((const char *)profile->bytes, profile->size), *line, *rest = text;
	regex_t pattern;
	int number = 0, wrong = 0;

	if (!text || regcomp(&pattern, PROFILE_LINE, REG_EXTENDED | REG_NOSUB) != 0) {
		free(text);
		return -1;
	}
	while (wrong == 0 && (line = strsep(&rest, "\n"))) {
		number++;
		if (regexec(&pattern, line, 0, NULL, 0) != 0)
			wrong = number;
	}
	regfree(&pattern);
	free(text);
	return wrong;
}

static bool is_profile(const struct change *change, const char *path, const struct note *profile)
{
	int wrong = find_wrong_line(profile);

	if (wrong > 0)
		complain_of(change,
			    "line %d of '%s' is none of a profile: make it with ipe-shim-train; it "
			    "is unchanged",
			    wrong, path);
	else if (wrong < 0)
		complain_of(change, "there is no memory to look at its profile; it is unchanged");
	return wrong == 0;
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
	if (error < 0 || is_profile(change, path, ret))
		return error == 0;
	free((void *)(uintptr_t)ret->bytes);
	*ret = (struct note){ 0 };
	return false;
}

/* The one that was made for this very build, if there is one. */
static bool find_profile(const struct change *change, struct note *ret)
{
	char path[sizeof(IPE_PROFILE_FOLDER "/") + 2 * NOTE_BUILD_ID_MAX] = IPE_PROFILE_FOLDER "/";
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
		ret->interpreter = (struct note){ IPE_NOTE_INTERPRETER, (const unsigned char *)name,
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
