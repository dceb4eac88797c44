// SPDX-License-Identifier: LGPL-2.1-or-later
#include "inject.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "securityfs.h"

static const char *const kinds[] = { "failslab", "fail_page_alloc", "fail_usercopy" };

static void set(const char *kind, const char *name, const char *value)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "/sys/kernel/debug/%s/%s", kind, name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, value, strlen(value)) != (ssize_t)strlen(value))
		give_up(path);
	close(fd);
}

void inject_prepare(void)
{
	unsigned int i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		set(kinds[i], "verbose", "0");
	set("failslab", "ignore-gfp-wait", "N");
	set("fail_page_alloc", "ignore-gfp-wait", "N");
	set("fail_page_alloc", "ignore-gfp-highmem", "N");
	set("fail_page_alloc", "min-order", "0");
}

void inject_within(unsigned long start, unsigned long end)
{
	char text[32];
	unsigned int i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		snprintf(text, sizeof(text), "%#lx", start);
		set(kinds[i], "require-start", text);
		snprintf(text, sizeof(text), "%#lx", end ? end : ULONG_MAX);
		set(kinds[i], "require-end", text);
	}
}

/* Each task has a file of its own; opened anew after a fork. */
static int own_file(void)
{
	static pid_t owner;
	static int fd = -1;

	if (owner == getpid())
		return fd;
	owner = getpid();
	fd = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
	if (fd < 0)
		give_up("/proc/thread-self/fail-nth");
	return fd;
}

void inject_arm(unsigned int nth)
{
	char text[16];
	int size = snprintf(text, sizeof(text), "%u", nth);

	if (pwrite(own_file(), text, (size_t)size, 0) != size)
		give_up("fail-nth");
}

bool inject_disarm(void)
{
	char text[16] = "";
	int fd = own_file();

	/* The failure may strike the reading itself, and the writing: then it has not before. */
	bool happened = pread(fd, text, sizeof(text) - 1, 0) > 0 && strcmp(text, "0\n") == 0;

	while (pwrite(fd, "0", 1, 0) != 1)
		;
	return happened;
}
