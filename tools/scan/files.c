/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The programs and libraries that were met, each once, however many names it has. */
#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "scan.h"

static size_t slot(const struct scan *scan, dev_t dev, ino_t ino)
{
	uint64_t hash = ((uint64_t)dev * 31 + (uint64_t)ino) * UINT64_C(0x9e3779b97f4a7c15);
	size_t i = (size_t)(hash >> 20) & (scan->table_size - 1);

	while (scan->table[i] > 0 && (scan->files[scan->table[i] - 1]->dev != dev ||
				      scan->files[scan->table[i] - 1]->ino != ino))
		i = (i + 1) & (scan->table_size - 1);
	return i;
}

struct file *find_file(const struct scan *scan, dev_t dev, ino_t ino)
{
	size_t i = scan->table_size > 0 ? scan->table[slot(scan, dev, ino)] : 0;

	return i > 0 ? scan->files[i - 1] : NULL;
}

/* Twice as large as what is in it, at the least. */
static void grow_table(struct scan *scan)
{
	if (scan->table_size > 2 * scan->file_count)
		return;
	free(scan->table);
	scan->table_size = scan->table_size > 0 ? scan->table_size * 2 : 1024;
	scan->table = allocate(scan->table_size, sizeof(*scan->table));
	for (size_t i = 0; i < scan->file_count; i++)
		scan->table[slot(scan, scan->files[i]->dev, scan->files[i]->ino)] = i + 1;
}

struct file *add_file(struct scan *scan, dev_t dev, ino_t ino)
{
	struct file *file = allocate(1, sizeof(*file));

	grow_table(scan);
	file->dev = dev;
	file->ino = ino;
	scan->files = make_room(scan->files, scan->file_count, sizeof(*scan->files));
	scan->table[slot(scan, dev, ino)] = scan->file_count + 1;
	scan->files[scan->file_count++] = file;
	return file;
}

void add_name(struct file *file, const char *path)
{
	for (size_t i = 0; i < file->name_count; i++)
		if (strcmp(file->names[i], path) == 0)
			return;
	file->names = make_room(file->names, file->name_count, sizeof(*file->names));
	file->names[file->name_count++] = format_text("%s", path);
	look_at_file_name(&file->image, path);
}

void free_files(struct scan *scan)
{
	for (size_t i = 0; i < scan->file_count; i++) {
		for (size_t j = 0; j < scan->files[i]->name_count; j++)
			free(scan->files[i]->names[j]);
		free(scan->files[i]->names);
		free_image(&scan->files[i]->image);
		free(scan->files[i]);
	}
	free(scan->files);
	free(scan->table);
}
