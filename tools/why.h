/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IPECTL_WHY_H
#define IPECTL_WHY_H

#include "facts.h"
#include "ipe-enlighten.h"

#define LIST_MAX 8

struct list {
	char *item[LIST_MAX];
	size_t count;
};

struct why {
	const char *path;
	/* Why there is no verdict, or 0. */
	int error;
	struct ipe_check check;
	/* Whether the file could be found at all; without that there is nothing below. */
	bool found;
	struct stat st;
	int mmap_answer;
	int exec_answer;
	struct ipe_restrictions restrictions;
	/* IPE only logs what its policy refuses. */
	bool permissive;
	struct mount_facts mount;
	struct overlay_facts overlay;
	/* Of the real file, where the file is on an overlay. */
	struct mount_facts real_mount;
	struct fsverity_facts fsverity;
	struct dm_facts dm;
	/* What follows from the above. */
	struct list refused_by;
	struct list rules;
	struct list remedies;
};

void collect_why(const char *path, struct why *ret);
void free_why(struct why *why);

/* Fills in refused_by, rules and remedies. */
void conclude_why(struct why *why);

void print_why_text(const struct why *why);
void print_why_json(const struct why *why);

/* Static names for both forms of output. */
const char *file_type_name(mode_t mode);
const char *overlay_layer_name(enum overlay_layer layer);

#endif
