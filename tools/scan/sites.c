/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where the shim will find the call sites of a program: in its file, in the shim, or in a folder. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../shim/handshake.h"
#include "../../shim/known.h"
#include "../../shim/rules.h"
#include "memory.h"
#include "output.h"
#include "scan.h"

/* Of an interpreter that is in a library the library has the sites, which may not have been met. */
static bool is_in_file(const struct image *image, size_t signature)
{
	return signature != SIGNATURE_GATE && holds(image, signature) &&
	       !(image->hints[signature] & (HINT_NEEDED | HINT_LIBRARY));
}

static bool needs_sites(const struct image *image)
{
	if (image->noted)
		return ipe_find_rules(image->noted)->traits & IPE_NEEDS_SITES;
	for (size_t i = 0; i < SIGNATURE_COUNT; i++)
		if (is_in_file(image, i)) {
			char *name = format_text("%.*s", (int)strcspn(signatures[i].names, " "),
						 signatures[i].names);
			bool needed = ipe_find_rules(name)->traits & IPE_NEEDS_SITES;

			free(name);
			return needed;
		}
	return false;
}

static bool has_profile(const struct scan *scan, const struct image *image)
{
	char id[2 * BUILD_ID_MAX + 1];
	struct stat st = { 0 };
	char *path;
	int fd;

	format_hex(id, image->build_id, image->build_id_len);
	path = format_text(IPE_PROFILE_FOLDER "/%s", id);
	fd = open_in_tree(scan, path, O_PATH);
	free(path);
	if (fd < 0)
		return false;
	/* One that others may write, or that is empty or no file, the shim does not take. */
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		st.st_size = 0;
	close(fd);
	return st.st_size > 0 && !(st.st_mode & (S_IWGRP | S_IWOTH));
}

bool lacks_sites(const struct scan *scan, const struct file *file)
{
	const struct image *image = &file->image;

	return !image->profiled && needs_sites(image) &&
	       (image->build_id_len == 0 ||
		(!ipe_find_known(image->build_id, image->build_id_len) &&
		 !has_profile(scan, image)));
}
