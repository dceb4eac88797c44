/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Operations on IPE's files in securityfs. Paths without a "/" at their start lie there. */
#include "compat.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define READ_MAX (1U << 20)

static const char *in_ipe(const char *path)
{
	static char buffers[2][4096];
	static int turn;

	if (path[0] == '/')
		return path;
	turn = !turn;
	snprintf(buffers[turn], sizeof(buffers[turn]), "%s%s", IPE_DIR, path);
	return buffers[turn];
}

static const char *policy_file(const char *name)
{
	static char buffer[4096];

	snprintf(buffer, sizeof(buffer), "%s%s", POLICIES_DIR, name);
	return buffer;
}

char *read_whole(const char *path, size_t *size)
{
	char *content = malloc(READ_MAX);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got;

	*size = 0;
	if (fd < 0 || !content)
		give_up(path);
	while ((got = read(fd, content + *size, READ_MAX - *size)) > 0)
		*size += (size_t)got;
	if (got < 0)
		give_up(path);
	close(fd);
	return content;
}

/* The file is opened without O_TRUNC and O_CREAT, as loaders do. Not to be opened is a result. */
static int open_to_write(const char *path)
{
	int fd = open(in_ipe(path), O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		say("open: %s", errno_name(errno));
	return fd;
}

static void say_written(ssize_t written, size_t size)
{
	if (written < 0 || (size_t)written == size)
		say_status(written);
	else
		say("%zd of %zu bytes", written, size);
}

static void write_data(const char *path, const void *data, size_t size)
{
	int fd = open_to_write(path);

	if (fd >= 0)
		say_written(write(fd, data, size), size);
}

/* In a row \n and \0 stand for a newline and a NUL, and '' for nothing. */
static size_t unescape(char *text)
{
	static const char escapes[] = "n\n0";
	char *to = text;

	if (strcmp(text, "''") == 0)
		return 0;
	for (const char *from = text; *from; from++) {
		const char *escape = *from == '\\' && from[1] ? strchr(escapes, from[1]) : NULL;

		*to++ = escape ? escape[1] : *from;
		from += escape != NULL;
	}
	return (size_t)(to - text);
}

static void op_write(char **words)
{
	write_data(words[0], words[1], unescape(words[1]));
}

static void op_write_twice(char **words)
{
	size_t first = unescape(words[1]), second = unescape(words[2]);
	int fd = open_to_write(words[0]);

	if (fd < 0)
		return;
	say_written(write(fd, words[1], first), first);
	say(" ");
	say_written(write(fd, words[2], second), second);
}

static void op_write_at(char **words)
{
	size_t size = unescape(words[1]);
	int fd = open_to_write(words[0]);

	if (fd >= 0)
		say_written(pwrite(fd, words[1], size, atoi(words[2])), size);
}

static void op_load(char **words)
{
	size_t size;
	char *policy = read_whole(policy_file(words[0]), &size);

	write_data("new_policy", policy, size);
}

/* The first bytes, or all but the last ones if the number is negative. */
static void op_load_cut(char **words)
{
	size_t size;
	char *policy = read_whole(policy_file(words[0]), &size);
	long cut = atol(words[1]);

	write_data("new_policy", policy, cut < 0 ? size - (size_t)-cut : (size_t)cut);
}

static void op_load_longer(char **words)
{
	size_t size;
	char *policy = read_whole(policy_file(words[0]), &size);

	policy[size++] = 'x';
	write_data("new_policy", policy, size);
}

static void op_load_in_parts(char **words)
{
	size_t size, part;
	char *policy = read_whole(policy_file(words[0]), &size);
	int fd = open_to_write("new_policy");

	if (fd < 0)
		return;
	for (int i = 0; i < 2; i++) {
		part = i ? size - size / 2 : size / 2;
		say("%s", i ? " " : "");
		say_written(write(fd, policy, part), part);
		policy += part;
	}
}

static void op_load_vector(char **words)
{
	size_t size;
	char *policy = read_whole(policy_file(words[0]), &size);
	struct iovec parts[] = { { policy, size / 2 }, { policy + size / 2, size - size / 2 } };
	int fd = open_to_write("new_policy");

	if (fd >= 0)
		say_written(writev(fd, parts, 2), size);
}

static void op_load_at(char **words)
{
	size_t size;
	char *policy = read_whole(policy_file(words[0]), &size);
	int fd = open_to_write("new_policy");

	if (fd >= 0)
		say_written(pwrite(fd, policy, size, atoi(words[1])), size);
}

static void op_load_spliced(char **words)
{
	size_t size;
	char *policy = read_whole(policy_file(words[0]), &size);
	int pipe_fds[2];
	int fd = open_to_write("new_policy");

	if (pipe(pipe_fds) || write(pipe_fds[1], policy, size) != (ssize_t)size)
		give_up("pipe");
	if (fd >= 0)
		say_written(splice(pipe_fds[0], NULL, fd, NULL, size, 0), size);
}

static void op_load_from_nowhere(char **words)
{
	(void)words;
	const void *nowhere = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	write_data("new_policy", nowhere, 4096);
}

/* As a shell does for ">". */
static void op_load_by_redirection(char **words)
{
	size_t size;
	char *policy = read_whole(policy_file(words[0]), &size);
	int fd = open(in_ipe("new_policy"), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);

	if (fd < 0)
		say("open: %s", errno_name(errno));
	else
		say_written(write(fd, policy, size), size);
}

static void op_load_zeros(char **words)
{
	size_t size = (size_t)atol(words[0]);

	write_data("new_policy", calloc(1, size), size);
}

static void op_update(char **words)
{
	char path[4096];
	size_t size;
	char *policy = read_whole(policy_file(words[1]), &size);

	snprintf(path, sizeof(path), "policies/%s/update", words[0]);
	write_data(path, policy, size);
}

static void write_to_policy(const char *name, const char *file)
{
	char path[4096];

	snprintf(path, sizeof(path), "policies/%s/%s", name, file);
	write_data(path, "1", 1);
}

/* Set-up for other rows: what is not loaded is named. */
static void op_load_each(char **words)
{
	char path[4096];
	size_t size;

	for (; *words; words++) {
		snprintf(path, sizeof(path), "%s%s.p7b", POLICIES_DIR, *words);
		char *policy = read_whole(path, &size);
		int fd = open(in_ipe("new_policy"), O_WRONLY | O_CLOEXEC);

		if (write(fd, policy, size) != (ssize_t)size)
			say("%s: %s ", *words, errno_name(errno));
		close(fd);
		free(policy);
	}
	say("done");
}

static void op_activate(char **words)
{
	write_to_policy(words[0], "active");
}

static void op_delete(char **words)
{
	write_to_policy(words[0], "delete");
}

static int open_to_read(const char *path)
{
	int fd = open(in_ipe(path), O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		say("open: %s", errno_name(errno));
	return fd;
}

static void say_text(const char *text, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		if (text[i] == '\n')
			say("\\n");
		else if (isprint((unsigned char)text[i]))
			say("%c", text[i]);
		else
			say("\\x%02x", (unsigned char)text[i]);
	}
	if (!size)
		say("nothing");
}

static void say_content(int fd, size_t step)
{
	static char content[READ_MAX];
	size_t size = 0;
	ssize_t got;

	while ((got = read(fd, content + size, step)) > 0)
		size += (size_t)got;
	if (got < 0)
		say_status(got);
	else
		say_text(content, size);
}

static void op_read(char **words)
{
	int fd = open_to_read(words[0]);

	if (fd >= 0)
		say_content(fd, 65536);
}

static void op_read_bytewise(char **words)
{
	int fd = open_to_read(words[0]);

	if (fd >= 0)
		say_content(fd, 1);
}

static void op_read_at(char **words)
{
	char text[64];
	int fd = open_to_read(words[0]);
	ssize_t got;

	if (fd < 0)
		return;
	got = pread(fd, text, sizeof(text), atoi(words[1]));
	if (got < 0)
		say_status(got);
	else
		say_text(text, (size_t)got);
}

static void op_same(char **words)
{
	char path[4096];
	size_t size, expected_size;
	char *expected;
	char *content;

	snprintf(path, sizeof(path), "%s", in_ipe(words[0]));
	content = read_whole(path, &size);
	expected = read_whole(policy_file(words[1]), &expected_size);
	say("%s", size == expected_size && memcmp(content, expected, size) == 0 ? "yes" : "no");
}

/* Opens a file, does another operation, and only then reads. */
static void op_held_read(char **words)
{
	int fd = open_to_read(words[0]);

	if (fd < 0)
		return;
	run_operation(words + 1);
	say(", then ");
	say_content(fd, 65536);
}

static void op_held_write(char **words)
{
	size_t size = unescape(words[1]);
	int fd = open_to_write(words[0]);

	if (fd < 0)
		return;
	run_operation(words + 2);
	say(", then ");
	say_written(write(fd, words[1], size), size);
}

static void op_mode(char **words)
{
	struct stat status;

	if (stat(in_ipe(words[0]), &status))
		say_status(-1);
	else
		say("%s %04o %u:%u", S_ISDIR(status.st_mode) ? "directory" : "file",
		    status.st_mode & 07777, status.st_uid, status.st_gid);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void op_list(char **words)
{
	char *names[256];
	size_t count = 0;
	DIR *dir = opendir(in_ipe(words[0]));
	struct dirent *entry;

	while (dir && count < 256 && (entry = readdir(dir))) {
		if (entry->d_name[0] != '.')
			names[count++] = strdup(entry->d_name);
	}
	if (!dir) {
		say_status(-1);
		return;
	}
	qsort(names, count, sizeof(names[0]), by_name);
	for (size_t i = 0; i < count; i++)
		say("%s%s", i ? " " : "", names[i]);
	if (!count)
		say("nothing");
}

static void op_mkdir(char **words)
{
	say_status(mkdir(in_ipe(words[0]), 0755));
}

static void op_create(char **words)
{
	say_status(open(in_ipe(words[0]), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
}

static void op_unlink(char **words)
{
	say_status(unlink(in_ipe(words[0])));
}

static void op_rename(char **words)
{
	say_status(rename(in_ipe(words[0]), in_ipe(words[1])));
}

const struct operation file_operations[] = {
	{ "write", 2, 0, op_write },
	{ "write-twice", 3, 0, op_write_twice },
	{ "write-at", 3, 0, op_write_at },
	{ "load", 1, 0, op_load },
	{ "load-each", 1, OP_UNRECORDED, op_load_each },
	{ "load-cut", 2, 0, op_load_cut },
	{ "load-longer", 1, 0, op_load_longer },
	{ "load-in-parts", 1, 0, op_load_in_parts },
	{ "load-vector", 1, 0, op_load_vector },
	{ "load-at", 2, 0, op_load_at },
	{ "load-spliced", 1, 0, op_load_spliced },
	{ "load-by-redirection", 1, 0, op_load_by_redirection },
	{ "load-zeros", 1, 0, op_load_zeros },
	{ "load-from-nowhere", 0, 0, op_load_from_nowhere },
	{ "update", 2, 0, op_update },
	{ "activate", 1, 0, op_activate },
	{ "delete", 1, 0, op_delete },
	{ "read", 1, 0, op_read },
	{ "read-bytewise", 1, 0, op_read_bytewise },
	{ "read-at", 2, 0, op_read_at },
	{ "same", 2, 0, op_same },
	{ "held-read", 2, 0, op_held_read },
	{ "held-write", 3, 0, op_held_write },
	{ "mode", 1, 0, op_mode },
	{ "list", 1, 0, op_list },
	{ "mkdir", 1, 0, op_mkdir },
	{ "create", 1, 0, op_create },
	{ "unlink", 1, 0, op_unlink },
	{ "rename", 2, 0, op_rename },
	{ 0 },
};
