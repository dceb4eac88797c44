// SPDX-License-Identifier: GPL-2.0-only
/*
 * The highest version that was ever loaded under a name. Deleting a policy does not forget it, or
 * an older version of it could take its place. What was noted stays until the next boot, so there
 * is a limit; only who can sign policies can reach it.
 */
#include <linux/err.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "ipe.h"

#define MOST_NAMES 1024

struct noted {
	struct noted *next;
	u64 highest;
	char name[];
};

static struct noted *all;
static unsigned int count;

static struct noted *find(const char *name)
{
	struct noted *noted;

	for (noted = all; noted; noted = noted->next)
		if (!strcmp(noted->name, name))
			break;
	return noted;
}

static struct noted *note(const char *name)
{
	size_t size = strlen(name) + 1;
	struct noted *noted;

	if (count >= MOST_NAMES)
		return ERR_PTR(-ENOSPC);
	noted = kzalloc(struct_size(noted, name, size), GFP_KERNEL);
	if (!noted)
		return ERR_PTR(-ENOMEM);
	memcpy(noted->name, name, size);
	noted->next = all;
	all = noted;
	count++;
	return noted;
}

int ipe_admit_version(const char *name, u64 version)
{
	struct noted *noted;
	int error = 0;

	mutex_lock(&ipe_policies_lock);
	noted = find(name) ?: note(name);
	if (IS_ERR(noted))
		error = PTR_ERR(noted);
	else if (version < noted->highest)
		error = -ESTALE;
	else
		noted->highest = version;
	mutex_unlock(&ipe_policies_lock);
	return error;
}
