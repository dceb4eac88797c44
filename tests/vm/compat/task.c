/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who does an operation: prefixes, and operations about the capability that writing needs. */
#include "compat.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static void set_mac_admin(bool effective, bool permitted)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2];
	const int word = CAP_TO_INDEX(CAP_MAC_ADMIN);
	const unsigned int bit = CAP_TO_MASK(CAP_MAC_ADMIN);

	if (syscall(SYS_capget, &header, data))
		give_up("capget");
	data[word].effective = effective ? data[word].effective | bit : data[word].effective & ~bit;
	data[word].permitted = permitted ? data[word].permitted | bit : data[word].permitted & ~bit;
	if (syscall(SYS_capset, &header, data))
		give_up("capset");
}

/* Means something to the parent alone. */
static void op_nothing(char **words)
{
	(void)words;
}

static void op_without_mac_admin(char **words)
{
	(void)words;
	set_mac_admin(false, false);
}

static void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		give_up(path);
	close(fd);
}

/* Root there, with every capability there. */
static void op_in_user_namespace(char **words)
{
	(void)words;
	if (unshare(CLONE_NEWUSER))
		give_up("unshare");
	write_file("/proc/self/uid_map", "0 0 1");
	write_file("/proc/self/setgroups", "deny");
	write_file("/proc/self/gid_map", "0 0 1");
}

static void op_as_user(char **words)
{
	uid_t uid = (uid_t)atoi(words[0]);

	if (setgroups(0, NULL) || setgid(uid) || setuid(uid))
		give_up("setuid");
}

static void op_named(char **words)
{
	static char name[64];
	size_t used = 0;

	for (const char *from = words[0]; *from && used + 1 < sizeof(name); from++)
		name[used++] = *from == '_' ? ' ' : *from;
	if (prctl(PR_SET_NAME, name))
		give_up("prctl");
}

/* For records about a file that has another name, or none, where it is opened. */
static void op_stored_at(char **words)
{
	snprintf(told->stored_at, sizeof(told->stored_at), "%s", words[0]);
}

static void op_in_root(char **words)
{
	if (chroot(words[0]) || chdir("/"))
		give_up(words[0]);
}

static void op_read_implies_exec(char **words)
{
	(void)words;
	if (personality(READ_IMPLIES_EXEC) < 0)
		give_up("personality");
}

static void op_with_environment(char **words)
{
	if (putenv(words[0]))
		give_up("putenv");
}

static void op_open_to_write(char **words)
{
	say_status(open(words[0], O_WRONLY | O_CLOEXEC));
}

static void op_truncate(char **words)
{
	say_status(truncate(words[0], atoi(words[1])));
}

static int open_writable(const char *name)
{
	char path[4096];
	int fd;

	snprintf(path, sizeof(path), "%s%s", IPE_DIR, name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		give_up(path);
	return fd;
}

static void op_write_after_drop(char **words)
{
	int fd = open_writable(words[0]);

	set_mac_admin(false, false);
	say_status(write(fd, words[1], strlen(words[1])));
}

static void op_write_after_gain(char **words)
{
	int fd;

	set_mac_admin(false, true);
	fd = open_writable(words[0]);
	set_mac_admin(true, true);
	say_status(write(fd, words[1], strlen(words[1])));
}

/* Set-up inside the table: a command of the shell that has to end with 0. */
static void op_shell(char **words)
{
	char command[4096];
	size_t used = 0;

	for (; *words && used < sizeof(command); words++)
		used += (size_t)snprintf(command + used, sizeof(command) - used, "%s ", *words);
	say("%s", system(command) ? "failed" : "ok");
}

/* The id of a keyring, by the name that /proc/keys has for it. */
static int find_keyring(const char *name)
{
	char line[512], mark[128];
	unsigned int id = 0;
	FILE *keys = fopen("/proc/keys", "re");

	snprintf(mark, sizeof(mark), " keyring   %s:", name);
	while (keys && fgets(line, sizeof(line), keys)) {
		if (strstr(line, mark) && sscanf(line, "%x", &id) == 1)
			return (int)id;
	}
	errno = ENOKEY;
	return 0;
}

static void op_add_key(char **words)
{
	size_t size;
	char *certificate = read_whole(words[1], &size);
	int keyring = strcmp(words[0], "session") == 0 ? -3 : find_keyring(words[0]);

	if (keyring == 0)
		skip("this kernel has no such keyring");
	say_status(syscall(SYS_add_key, "asymmetric", "", certificate, size, keyring));
}

/* A key that a trusted one vouches for, and a policy that it has signed, for as long as this takes. */
static void op_load_by_secondary(char **words)
{
	char load[] = "load", delete[] = "delete";
	char *load_words[] = { load, words[1], NULL };
	char *delete_words[] = { delete, words[2], NULL };
	size_t size;
	char *certificate = read_whole(words[0], &size);
	int keyring = find_keyring(".secondary_trusted_keys");

	if (syscall(SYS_add_key, "asymmetric", "", certificate, size, keyring) < 0) {
		if (errno == ENOKEY)
			skip("no builtin key of this kernel vouches for another");
		give_up(words[0]);
	}
	run_operation(load_words);
	say(", then ");
	run_operation(delete_words);
}

const struct operation task_operations[] = {
	{ "permissive", 0, OP_PREFIX, op_nothing },
	{ "enforcing", 0, OP_PREFIX | OP_JUDGED, op_nothing },
	{ "without-mac-admin", 0, OP_PREFIX, op_without_mac_admin },
	{ "in-user-namespace", 0, OP_PREFIX, op_in_user_namespace },
	{ "as-user", 1, OP_PREFIX, op_as_user },
	{ "named", 1, OP_PREFIX, op_named },
	{ "stored-at", 1, OP_PREFIX, op_stored_at },
	{ "in-root", 1, OP_PREFIX, op_in_root },
	{ "read-implies-exec", 0, OP_PREFIX, op_read_implies_exec },
	{ "with-environment", 1, OP_PREFIX, op_with_environment },
	{ "write-after-drop", 2, 0, op_write_after_drop },
	{ "write-after-gain", 2, 0, op_write_after_gain },
	{ "open-to-write", 1, 0, op_open_to_write },
	{ "truncate", 2, 0, op_truncate },
	{ "shell", 1, 0, op_shell },
	{ "add-key", 2, 0, op_add_key },
	{ "load-by-secondary", 3, 0, op_load_by_secondary },
	{ 0 },
};
