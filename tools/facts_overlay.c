/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <libmount.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "facts.h"

bool next_layer(const char **list, char **ret)
{
	const char *in = *list;
	char *layer;
	char *out;

	while (*in == ':')
		in++;
	if (*in == '\0')
		return false;
	layer = malloc(strlen(in) + 1);
	if (!layer)
		return false;
	for (out = layer; *in && *in != ':'; in++) {
		if (*in == '\\' && in[1])
			in++;
		*out++ = *in;
	}
	*out = '\0';
	*list = in;
	*ret = layer;
	return true;
}

/* The file's path inside the overlay, to be freed; NULL if it cannot be told. */
static char *path_inside(int fd, struct libmnt_fs *fs)
{
	const char *target = mnt_fs_get_target(fs);
	const char *root = mnt_fs_get_root(fs);
	char link[64];
	char path[PATH_MAX];
	char *inside;
	size_t skip;
	ssize_t len;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	len = readlink(link, path, sizeof(path) - 1);
	if (len < 0 || !target || !root)
		return NULL;
	path[len] = '\0';
	skip = strcmp(target, "/") == 0 ? 0 : strlen(target);
	if (strncmp(path, target, skip) != 0 || path[skip] != '/')
		return NULL;
	if (asprintf(&inside, "%s%s", strcmp(root, "/") == 0 ? "" : root, path + skip) < 0)
		return NULL;
	return inside;
}

static bool looks_same(const struct stat *a, const struct stat *b)
{
	return S_ISREG(a->st_mode) && a->st_size == b->st_size &&
	       a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

struct search {
	const char *inside;
	const struct stat *st;
	struct overlay_facts *ret;
};

/* Whether the search ends with @layer, having found the file there or not. */
static bool search_layer(struct search *search, const char *layer, enum overlay_layer kind)
{
	struct stat found;
	char *path;

	/* A relative layer started from a directory that only the mounter knew. */
	if (layer[0] != '/' || asprintf(&path, "%s%s", layer, search->inside) < 0)
		return true;
	if (lstat(path, &found) < 0) {
		bool absent = errno == ENOENT || errno == ENOTDIR;

		free(path);
		return !absent;
	}
	if (!looks_same(&found, search->st)) {
		free(path);
		return true;
	}
	search->ret->layer = kind;
	search->ret->real = path;
	search->ret->real_fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
	return true;
}

static bool search_list(struct search *search, const char *list)
{
	bool ended = false;
	char *layer;

	while (!ended && next_layer(&list, &layer)) {
		ended = search_layer(search, layer, OVERLAY_LOWER);
		free(layer);
	}
	return ended;
}

static bool search_value(struct search *search, const char *option, const char *value)
{
	if (strcmp(option, "lowerdir") == 0)
		return search_list(search, value);
	/* Whether a backslash escapes something here depends on the kernel's version. */
	if (strchr(value, '\\'))
		return true;
	return search_layer(search, value,
			    strcmp(option, "upperdir") == 0 ? OVERLAY_UPPER : OVERLAY_LOWER);
}

/* Every @option among @options: since Linux 6.8 there can be several "lowerdir+". */
static bool search_options(struct search *search, const char *options, const char *option)
{
	/* libmount only moves this pointer. */
	char *rest = (char *)(uintptr_t)options;
	bool ended = false;
	char *name;
	char *value;
	size_t name_len;
	size_t value_len;

	while (!ended && mnt_optstr_next_option(&rest, &name, &name_len, &value, &value_len) == 0) {
		char *copy;

		if (!value || name_len != strlen(option) || memcmp(name, option, name_len) != 0)
			continue;
		copy = strndup(value, value_len);
		ended = !copy || search_value(search, option, copy);
		free(copy);
	}
	return ended;
}

void collect_overlay(int fd, const struct stat *st, struct libmnt_fs *fs, struct overlay_facts *ret)
{
	const char *fstype = fs ? mnt_fs_get_fstype(fs) : NULL;
	const char *options = fs ? mnt_fs_get_fs_options(fs) : NULL;
	struct search search = { .st = st, .ret = ret };
	char *inside;

	*ret = (struct overlay_facts){ .real_fd = -1 };
	if (!fstype || strcmp(fstype, "overlay") != 0)
		return;
	ret->layer = OVERLAY_UNTOLD;
	inside = path_inside(fd, fs);
	search.inside = inside;
	if (inside && options && !search_options(&search, options, "upperdir") &&
	    !search_options(&search, options, "lowerdir"))
		search_options(&search, options, "lowerdir+");
	free(inside);
}

void free_overlay(struct overlay_facts *overlay)
{
	free(overlay->real);
	if (overlay->real_fd >= 0)
		close(overlay->real_fd);
}
