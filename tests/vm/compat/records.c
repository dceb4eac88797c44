/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Audit records in the kernel's log. The kernel writes them some time after the event, but in their
 * order: two records of our own enclose those that belong to an operation.
 */
#include "compat.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/netlink.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define WAIT_MSEC 30000

/* Both spell numbers out, as <linux/audit.h> of Debian 12 does not know them. */
#define ACCESS_RECORD "1420"
static const char *const types[] = { "1404", ACCESS_RECORD, "1421", "1422" };

static int log_fd = -1;

static void fail(const char *what)
{
	printf("the records cannot be read: %s: %s\n", what, errno_name(errno));
	exit(1);
}

/* AUDIT_USER_AVC is the one that the kernel takes while auditing is off. */
static void write_fence(const char *name)
{
	struct {
		struct nlmsghdr header;
		char text[64];
	} message = { .header = { .nlmsg_type = AUDIT_USER_AVC, .nlmsg_flags = NLM_F_REQUEST } };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_AUDIT);

	snprintf(message.text, sizeof(message.text), "compat %d %s", getpid(), name);
	message.header.nlmsg_len = (unsigned int)NLMSG_LENGTH(strlen(message.text) + 1);
	if (fd < 0 || send(fd, &message, message.header.nlmsg_len, 0) < 0)
		fail("audit socket");
	close(fd);
}

static void next_entry(char *entry, size_t size)
{
	struct pollfd pollfd = { .fd = log_fd, .events = POLLIN };
	ssize_t got = read(log_fd, entry, size - 1);

	if (got < 0 && errno == EAGAIN && poll(&pollfd, 1, WAIT_MSEC) > 0)
		got = read(log_fd, entry, size - 1);
	if (got < 0)
		fail("/dev/kmsg");
	entry[got] = '\0';
}

static bool is_fence(const char *entry, const char *name)
{
	char text[64];

	snprintf(text, sizeof(text), "msg='compat %d %s'", getpid(), name);
	return strstr(entry, "audit: type=1107 ") && strstr(entry, text);
}

void records_begin(void)
{
	char entry[8192];

	log_fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (log_fd < 0 || lseek(log_fd, 0, SEEK_END) < 0)
		fail("/dev/kmsg");
	write_fence("begin");
	do
		next_entry(entry, sizeof(entry));
	while (!is_fence(entry, "begin"));
}

/* The text of an entry if it is a record of IPE, with its type before it. */
static char *record_of(char *entry, const char **type)
{
	char *text = strstr(entry, ";audit: type=");
	char *end = strchr(entry, '\n');

	if (!text)
		return NULL;
	if (end)
		*end = '\0';
	text += strlen(";audit: type=");
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (strncmp(text, types[i], strlen(types[i])) == 0) {
			*type = types[i];
			text = strstr(text, "): ");
			return text ? text + strlen("): ") : NULL;
		}
	}
	return NULL;
}

/* Replaces the value of a field by a name for it if it is what it should be. */
static void replace(char *record, size_t size, const char *field, const char *value,
		    const char *name)
{
	char text[512], rest[8192];
	char *at;

	snprintf(text, sizeof(text), " %s=%s ", field, value);
	at = strstr(record, text);
	if (!at)
		return;
	snprintf(rest, sizeof(rest), "%s", at + strlen(text));
	snprintf(at, size - (size_t)(at - record), " %s=%s %s", field, name, rest);
}

static bool unhex(const char *hex, char *text, size_t size)
{
	size_t count = 0;
	unsigned int byte;

	for (; isxdigit((unsigned char)*hex) && sscanf(hex, "%2X", &byte) == 1 && count + 1 < size;
	     hex += 2)
		text[count++] = (char)byte;
	text[count] = '\0';
	return count > 0;
}

static bool path_of(const char *record, char *path, size_t size)
{
	const char *at = strstr(record, " path=");

	if (!at)
		return false;
	at += strlen(" path=");
	if (*at != '"')
		return unhex(at, path, size);
	snprintf(path, size, "%.*s", (int)strcspn(at + 1, "\""), at + 1);
	return true;
}

bool descriptor_info(int fd, const char *key, unsigned long *value)
{
	char name[64], line[256];
	bool found = false;
	FILE *info;

	snprintf(name, sizeof(name), "/proc/self/fdinfo/%d", fd);
	info = fopen(name, "re");
	while (info && !found && fgets(line, sizeof(line), info))
		found = strncmp(line, key, strlen(key)) == 0;
	if (found)
		*value = strtoul(line + strlen(key), NULL, 10);
	if (info)
		fclose(info);
	return found;
}

/* The name that the kernel has for a mount's file system: its disk or, without one, its type. */
static bool device_of_mount(unsigned long mount, char *device, size_t size)
{
	char line[4096], link[256], name[64], type[64];
	unsigned int number, major, minor;
	FILE *mounts = fopen("/proc/self/mountinfo", "re");
	bool found = false;

	while (mounts && !found && fgets(line, sizeof(line), mounts))
		found = sscanf(line, "%u %*u %u:%u", &number, &major, &minor) == 3 &&
			number == mount;
	if (mounts)
		fclose(mounts);
	if (!found || sscanf(strstr(line, " - "), " - %63s", type) != 1)
		return false;
	snprintf(device, size, "\"%s\"", type);
	if (major == 0)
		return true;
	snprintf(name, sizeof(name), "/sys/dev/block/%u:%u", major, minor);
	memset(link, 0, sizeof(link));
	if (readlink(name, link, sizeof(link) - 1) < 0)
		return false;
	snprintf(device, size, "\"%s\"", strrchr(link, '/') + 1);
	return true;
}

/* The kernel spells /proc/self out. */
static void substitute_process(char *record, size_t size, pid_t pid)
{
	char value[64];

	snprintf(value, sizeof(value), "\"/proc/%d/mem\"", pid);
	replace(record, size, "path", value, "\"/proc/PID/mem\"");
}

static void substitute_file(char *record, size_t size, const char *path)
{
	int fd = open(path, O_PATH | O_CLOEXEC);
	unsigned long number;
	char value[256];

	if (fd < 0)
		return;
	if (descriptor_info(fd, "ino:", &number)) {
		snprintf(value, sizeof(value), "%lu", number);
		replace(record, size, "ino", value, "INO");
	}
	if (descriptor_info(fd, "mnt_id:", &number) &&
	    device_of_mount(number, value, sizeof(value)))
		replace(record, size, "dev", value, "DEV");
	close(fd);
}

/* What differs from one run to the next gets a name, where it is right. */
static void substitute(char *record, size_t size, pid_t pid)
{
	char path[4096], value[256];

	snprintf(value, sizeof(value), "%d", pid);
	replace(record, size, "pid", value, "PID");
	substitute_process(record, size, pid);
	for (size_t i = 0; i < told->inodes; i++) {
		snprintf(value, sizeof(value), "%lu", told->inode[i]);
		replace(record, size, "ino", value, "INO");
	}
	if (told->stored_at[0])
		substitute_file(record, size, told->stored_at);
	else if (path_of(record, path, sizeof(path)))
		substitute_file(record, size, path);
}

/* The log has a backslash and bytes that cannot be printed as \\xHH. */
static void unescape(char *text)
{
	char *to = text;
	unsigned int byte;

	for (const char *from = text; *from; from++, to++) {
		*to = *from;
		if (from[0] == '\\' && sscanf(from + 1, "x%2x", &byte) == 1) {
			*to = (char)byte;
			from += 3;
		}
	}
	*to = '\0';
}

/* A thread of the kernel has another pid and name every time. */
static void hide(char *record, size_t size, const char *field, const char *name)
{
	char mark[32], value[256];
	char *at;

	snprintf(mark, sizeof(mark), " %s=", field);
	at = strstr(record, mark);
	if (!at)
		return;
	at += strlen(mark);
	snprintf(value, sizeof(value), "%.*s", (int)strcspn(at, " "), at);
	replace(record, size, field, value, name);
}

static void print_record(const char *type, const char *text, pid_t pid)
{
	char record[8192], process[32];

	snprintf(record, sizeof(record), "%s %s ", type, text);
	snprintf(process, sizeof(process), " pid=%d ", pid);
	if (strcmp(type, ACCESS_RECORD) == 0 && pid && !strstr(record, process))
		return;
	unescape(record);
	if (!pid) {
		hide(record, sizeof(record), "pid", "PID");
		hide(record, sizeof(record), "comm", "COMM");
	}
	substitute(record, sizeof(record), pid);
	for (size_t end = strlen(record); end && record[end - 1] == ' '; end--)
		record[end - 1] = '\0';
	puts(record);
}

void records_print(pid_t pid)
{
	char entry[8192];
	const char *type;
	char *text;

	write_fence("end");
	for (;;) {
		next_entry(entry, sizeof(entry));
		if (is_fence(entry, "end"))
			return;
		text = record_of(entry, &type);
		if (text)
			print_record(type, text, pid);
	}
}

void records_forget(void)
{
	char entry[8192];

	write_fence("end");
	do
		next_entry(entry, sizeof(entry));
	while (!is_fence(entry, "end"));
}
