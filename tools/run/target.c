/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What /proc says of the thread that asks: where it is, and as whom. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "supervisor.h"

/* A process can be in 65536 groups, of up to eleven characters each. */
#define STATUS_MAX ((size_t)1 << 20)

const char *const namespace_names[NAMESPACE_COUNT] = { "ns/net", "ns/uts", "ns/ipc", "ns/cgroup" };

static const char *const credential_lines[] = { "Uid:", "Gid:", "Groups:", "CapEff:" };

static bool grow(char **text, size_t *size)
{
	size_t larger = *size ? 2 * *size : 4096;
	char *grown = larger <= STATUS_MAX ? realloc(*text, larger) : NULL;

	if (grown) {
		*text = grown;
		*size = larger;
	}
	return grown != NULL;
}

/* Reads to the end of the file, if there is room. */
static ssize_t read_whole(int fd, char *text, size_t size)
{
	size_t len = 0;

	while (len < size) {
		ssize_t got = TEMP_FAILURE_RETRY(read(fd, text + len, size - len));

		if (got < 0)
			return -errno;
		if (got == 0)
			break;
		len += (size_t)got;
	}
	return (ssize_t)len;
}

int read_status(int proc, char **text, size_t *size)
{
	ssize_t len;
	int fd = openat(proc, "status", O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	while ((len = read_whole(fd, *text, *size)) == (ssize_t)*size) {
		if (!grow(text, size) || lseek(fd, 0, SEEK_SET) != 0) {
			close(fd);
			return -ENOMEM;
		}
	}
	close(fd);
	if (len <= 0)
		return len < 0 ? (int)len : -ESRCH;
	(*text)[len] = '\0';
	/* All that is looked for comes before or after this line, whose absence means a cut text. */
	return status_line(*text, "NoNewPrivs:") ? 0 : -ESRCH;
}

const char *status_line(const char *status, const char *name)
{
	size_t len = strlen(name);

	for (const char *line = status; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, name, len) == 0)
			return line + len;
	}
	return NULL;
}

bool same_line(const char *a, const char *b, const char *name)
{
	const char *left = status_line(a, name);
	const char *right = status_line(b, name);

	return left && right && strncmp(left, right, strcspn(left, "\n") + 1) == 0;
}

static bool same_credentials(const char *a, const char *b)
{
	for (size_t i = 0; i < sizeof(credential_lines) / sizeof(credential_lines[0]); i++)
		if (!same_line(a, b, credential_lines[i]))
			return false;
	return true;
}

int find_place(int dir, const char *name, struct place *ret)
{
	struct statx st;

	if (statx(dir, name, AT_NO_AUTOMOUNT, STATX_INO | STATX_MNT_ID, &st) < 0)
		return -errno;
	if (!(st.stx_mask & STATX_MNT_ID))
		return -EOPNOTSUPP;
	*ret = (struct place){ st.stx_mnt_id, st.stx_ino };
	return 0;
}

bool same_place(const struct place *a, const struct place *b)
{
	return a->mount == b->mount && a->inode == b->inode;
}

int namespace_inode(int proc, const char *name, ino_t *ret)
{
	struct stat st;

	if (fstatat(proc, name, &st, 0) < 0)
		return -errno;
	*ret = st.st_ino;
	return 0;
}

int same_namespaces(const struct request *request)
{
	for (int i = 0; i < NAMESPACE_COUNT; i++) {
		ino_t inode;
		int error = namespace_inode(request->proc, namespace_names[i], &inode);

		if (error < 0)
			return error;
		if (inode != request->supervisor->namespaces[i])
			return 0;
	}
	return 1;
}

/* The thread's root, if it is another than the supervisor's. */
static int find_root(struct request *request)
{
	struct place place;
	int error = find_place(request->proc, "root", &place);

	if (error < 0 || same_place(&place, &request->supervisor->root))
		return error;
	request->root = openat(request->proc, "root", O_PATH | O_DIRECTORY | O_CLOEXEC);
	return request->root < 0 ? -errno : 0;
}

int find_context(struct request *request)
{
	const struct supervisor *supervisor = request->supervisor;
	struct worker *worker = request->worker;
	ino_t user;
	int error = read_status(request->proc, &worker->status, &worker->status_size);

	if (error == 0)
		error = find_root(request);
	if (error == 0)
		error = namespace_inode(request->proc, "ns/user", &user);
	if (error < 0)
		return error;
	request->status = worker->status;
	request->other_user_namespace = user != supervisor->user_namespace;
	request->other_credentials = !same_credentials(worker->status, supervisor->first_status);
	return 0;
}
