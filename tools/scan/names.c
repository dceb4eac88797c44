/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "scan.h"

const char *last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* Whether one of the words, with nothing or one of @next behind it, begins the name. */
static bool begins(const char *name, const char *words, const char *next)
{
	while (*words) {
		size_t len = strcspn(words, " ");

		if (strncmp(name, words, len) == 0 && strchr(next, name[len]))
			return true;
		words += len + (words[len] == ' ');
	}
	return false;
}

bool needs(const char *soname, const struct signature *signature)
{
	const char *name = last_part(soname);

	return strstr(name, ".so") && begins(name, signature->needed, "0123456789.-_");
}

void look_at_needed(struct image *image)
{
	for (size_t i = 0; i < image->needed_count; i++)
		for (size_t j = 0; j < SIGNATURE_COUNT; j++)
			if (needs(image->needed[i], &signatures[j]))
				image->hints[j] |= HINT_NEEDED;
}

void look_at_file_name(struct image *image, const char *path)
{
	for (size_t i = 0; i < SIGNATURE_COUNT; i++)
		if (begins(last_part(path), signatures[i].names, "0123456789.-"))
			image->hints[i] |= HINT_NAME;
}
