// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Gives every file of a folder to a fuzz target: once whole, and every beginning of the short ones.
 * A target that finds something aborts; else the result is TAP.
 *
 * usage: replay CORPUS
 */
#include <dirent.h>
#include <stdbool.h>
#include <string.h>

#include "fuzz.h"

#define SHORT 4096

static uint8_t *read_file(const char *path, size_t *ret_len)
{
	FILE *file = fopen(path, "rb");
	uint8_t *bytes = NULL;
	long len;

	if (!file)
		return NULL;
	if (fseek(file, 0, SEEK_END) == 0 && (len = ftell(file)) >= 0 &&
	    fseek(file, 0, SEEK_SET) == 0) {
		*ret_len = (size_t)len;
		bytes = malloc(*ret_len + 1);
		if (bytes && fread(bytes, 1, *ret_len, file) != *ret_len) {
			free(bytes);
			bytes = NULL;
		}
	}
	fclose(file);
	return bytes;
}

/* An allocation of exactly this length, so that a sanitizer sees what reads too far. */
static void run(const uint8_t *bytes, size_t len)
{
	uint8_t *copy = malloc(len ? len : 1);

	FUZZ_REQUIRE(copy);
	memcpy(copy, bytes, len);
	LLVMFuzzerTestOneInput(copy, len);
	free(copy);
}

static bool replay(const char *folder, const char *name)
{
	char path[4096];
	uint8_t *bytes;
	size_t len, part;

	if ((size_t)snprintf(path, sizeof(path), "%s/%s", folder, name) >= sizeof(path))
		return false;
	bytes = read_file(path, &len);
	if (!bytes) {
		fprintf(stderr, "replay: cannot read %s\n", path);
		return false;
	}
	run(bytes, len);
	for (part = 0; len <= SHORT && part < len; part++)
		run(bytes, part);
	free(bytes);
	return true;
}

int main(int argc, char **argv)
{
	const struct dirent *entry;
	unsigned int count = 0;
	DIR *folder;

	if (argc != 2 || !(folder = opendir(argv[1]))) {
		fputs("usage: replay CORPUS\n", stderr);
		return EXIT_FAILURE;
	}
	while ((entry = readdir(folder)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		if (!replay(argv[1], entry->d_name))
			return EXIT_FAILURE;
		count++;
	}
	closedir(folder);
	printf("1..1\n%s 1 - nothing found in %u files\n", count ? "ok" : "not ok", count);
	return count ? EXIT_SUCCESS : EXIT_FAILURE;
}
