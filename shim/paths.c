/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Files of code by their paths, where some lead to a descriptor that is open already. */
#include <limits.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../libipe-enlighten/raw.h"
#include "sources.h"
#include "words.h"

/* Parts of a path that lead to descriptors, "." and empty ones left out. */
#define PARTS_MAX 8

#define DIGITS	  "0123456789"

struct parts {
	struct ipe_word part[PARTS_MAX];
	size_t count;
};

static bool is_part(const struct ipe_word *part, const char *name)
{
	return part->len == strlen(name) && memcmp(part->start, name, part->len) == 0;
}

/* Only the first parts: the others do not matter where there are more. */
static void split_path(struct parts *parts, const char *path, size_t len)
{
	const char *end = path + len;

	parts->count = 0;
	while (path < end && parts->count < PARTS_MAX) {
		const char *slash = memchr(path, '/', (size_t)(end - path));
		struct ipe_word part = { path, (size_t)((slash ? slash : end) - path) };

		if (is_part(&part, ".."))
			parts->count -= parts->count > 0;
		else if (part.len && !is_part(&part, "."))
			parts->part[parts->count++] = part;
		path = slash ? slash + 1 : end;
	}
}

/* Where the number of a descriptor stands, or 0: /dev/fd/N, /proc/PROCESS/fd/N, .../task/T/fd/N. */
static size_t place_of_number(const struct parts *parts)
{
	if (parts->count > 2 && is_part(&parts->part[0], "dev") && is_part(&parts->part[1], "fd"))
		return 2;
	if (parts->count < 4 || !is_part(&parts->part[0], "proc"))
		return 0;
	if (is_part(&parts->part[2], "fd"))
		return 3;
	return parts->count > 5 && is_part(&parts->part[2], "task") &&
			       is_part(&parts->part[4], "fd")
		       ? 5
		       : 0;
}

/* -1 if it is none. */
static int number_of(const struct ipe_word *part)
{
	int number = 0;

	if (part->len == 0 || part->len > 9 || strspn(part->start, DIGITS) < part->len)
		return -1;
	for (size_t i = 0; i < part->len; i++)
		number = number * 10 + (part->start[i] - '0');
	return number;
}

void ipe_sources_add_any(struct ipe_sources *sources)
{
	sources->any_file = true;
	sources->any_descriptor = true;
	sources->stdin_code = true;
}

void ipe_sources_add_descriptor(struct ipe_sources *sources, int fd)
{
	if (sources->descriptor_count == IPE_DESCRIPTORS_MAX)
		ipe_sources_add_any(sources);
	else
		sources->descriptors[sources->descriptor_count++] = fd;
}

/* Some take these for names of their own and open nothing. */
static void add_standard_stream(struct ipe_sources *sources, const struct ipe_word *name)
{
	if (is_part(name, "stdin"))
		sources->stdin_code = true;
	else if (is_part(name, "stdout"))
		ipe_sources_add_descriptor(sources, STDOUT_FILENO);
	else if (is_part(name, "stderr"))
		ipe_sources_add_descriptor(sources, STDERR_FILENO);
}

/* Perl reads descriptor N for /dev/fd/N/name, too. */
static void add_absolute_descriptor(struct ipe_sources *sources, const char *path, size_t len)
{
	struct parts parts;
	size_t place;
	int fd;

	split_path(&parts, path, len);
	if (parts.count == 2 && is_part(&parts.part[0], "dev"))
		add_standard_stream(sources, &parts.part[1]);
	place = place_of_number(&parts);
	if (place == 0)
		return;
	fd = number_of(&parts.part[place]);
	if (fd < 0)
		ipe_sources_add_any(sources);
	else
		ipe_sources_add_descriptor(sources, fd);
}

/* Whether a part of the path may be a descriptor's number. */
static bool has_number(const char *path, size_t len)
{
	return strcspn(path, DIGITS) < len;
}

/* The same for a relative path where the working directory is a folder of descriptors. */
static void add_relative_descriptor(struct ipe_sources *sources, const char *path, size_t len)
{
	char room[PATH_MAX];
	long folder = ipe_raw(SYS_getcwd, (long)room, sizeof(room), 0, 0, 0, 0);

	if (folder <= 0 || (size_t)folder + len > sizeof(room))
		return;
	room[folder - 1] = '/';
	memcpy(&room[folder], path, len);
	add_absolute_descriptor(sources, room, (size_t)folder + len);
}

static void add_file(struct ipe_sources *sources, const char *path, size_t len)
{
	size_t name = len;

	if (len > 0 && *path == '/')
		add_absolute_descriptor(sources, path, len);
	else if (len > 0 && has_number(path, len))
		add_relative_descriptor(sources, path, len);
	while (name > 0 && path[name - 1] != '/')
		name--;
	if (!ipe_names_add(&sources->files, path + name, len - name))
		sources->any_file = true;
}

void ipe_sources_add_file(struct ipe_sources *sources, const char *path, size_t len)
{
	sources->file_count++;
	add_file(sources, path, len);
}

static void add_names(struct ipe_sources *sources, const char *names)
{
	struct ipe_word word;

	while (ipe_next_word(&names, &word))
		add_file(sources, word.start, word.len);
}

void ipe_sources_of_start(const struct ipe_rules *rules, struct ipe_sources *ret)
{
	add_names(ret, rules->names);
}

void ipe_sources_of_library(const struct ipe_rules *rules, struct ipe_sources *ret)
{
	add_names(ret, rules->evaluated);
	/* They bind the keys of a prompt to text. */
	if (rules->traits & IPE_READS_STDIN)
		add_names(ret, ".inputrc inputrc .editrc");
}
