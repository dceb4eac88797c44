/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "../root.h"
#include "enlighten.h"

#define LINKS_MAX 40

/* Divides a path into the folder, which may be "." or "/", and the name in it. */
static int divide(char *path, const char **ret_folder, char ret_last[static NAME_MAX + 1])
{
	char *slash = strrchr(path, '/');
	const char *last = slash ? slash + 1 : path;

	if (*last == '\0')
		return -EISDIR;
	if (strlen(last) > NAME_MAX)
		return -ENAMETOOLONG;
	strcpy(ret_last, last);
	*ret_folder = slash == path ? "/" : slash ? path : ".";
	if (slash && slash != path)
		*slash = '\0';
	return 0;
}

/* Puts what a link says in the place of the path, of which @folder is the start. */
static int follow(char path[static PATH_MAX], const char *folder, const char *link)
{
	char whole[PATH_MAX];
	int len = *link == '/' ? snprintf(whole, sizeof(whole), "%s", link)
			       : snprintf(whole, sizeof(whole), "%s/%s", folder, link);

	if (len < 0 || (size_t)len >= sizeof(whole))
		return -ENAMETOOLONG;
	strcpy(path, whole);
	return 0;
}

int open_folder(int root, const char *path, char ret_last[static NAME_MAX + 1])
{
	char left[PATH_MAX], link[PATH_MAX];
	const char *folder;
	int error = follow(left, ".", path);

	if (error == 0 && strlen(path) < sizeof(left))
		strcpy(left, path);
	for (int i = 0; error == 0 && i < LINKS_MAX; i++) {
		ssize_t len;
		int fd;

		error = divide(left, &folder, ret_last);
		fd = error < 0 ? error : open_in_root(root, folder, O_PATH | O_DIRECTORY);
		if (fd < 0)
			return fd;
		len = readlinkat(fd, ret_last, link, sizeof(link) - 1);
		if (len < 0)
			return fd;
		close(fd);
		link[len] = '\0';
		error = follow(left, folder, link);
	}
	return error < 0 ? error : -ELOOP;
}
