/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "program.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/stat.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../shim/words.h"

#define KNOWN_MAX 256

/* What was found in a file, until the file changes. */
struct known {
	dev_t device;
	ino_t inode;
	off_t size;
	struct timespec changed;
	const char *signature;
	/* It was not read to its end. */
	bool unread;
	/* What was looked for in it last because of its name, and whether it is there. */
	const struct ipe_evidence *evidence;
	bool shown;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct known all_known[KNOWN_MAX];

static bool is_same(const struct known *known, const struct stat *st)
{
	return known->device == st->st_dev && known->inode == st->st_ino &&
	       known->size == st->st_size && known->changed.tv_sec == st->st_ctim.tv_sec &&
	       known->changed.tv_nsec == st->st_ctim.tv_nsec;
}

static bool shows(int fd, const struct ipe_evidence *evidence)
{
	for (size_t i = 0; evidence && i < IPE_EVIDENCE_TEXTS; i++)
		if (!has_text(fd, ipe_evidence_text(evidence, i)))
			return false;
	return true;
}

/* What is in a file, and whether it is what a name needs. */
static struct known look_once(int fd, const struct stat *st, const struct ipe_evidence *evidence)
{
	struct known *place = &all_known[(st->st_ino ^ st->st_dev) % KNOWN_MAX];
	struct known known;
	bool found;

	pthread_mutex_lock(&lock);
	found = is_same(place, st);
	known = *place;
	pthread_mutex_unlock(&lock);
	if (found && known.evidence == evidence)
		return known;
	if (!found) {
		known = (struct known){ .device = st->st_dev,
					.inode = st->st_ino,
					.size = st->st_size,
					.changed = st->st_ctim };
		known.unread = find_signature(fd, st->st_size, &known.signature) < 0;
	}
	known.evidence = evidence;
	known.shown = !known.signature && !known.unread && shows(fd, evidence);
	if (known.unread)
		return known;
	pthread_mutex_lock(&lock);
	*place = known;
	pthread_mutex_unlock(&lock);
	return known;
}

int open_again(int fd)
{
	char link[64];
	struct stat st;
	int again;

	if (fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EACCES;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	again = open(link, O_RDONLY | O_CLOEXEC);
	return again < 0 ? -errno : again;
}

/* A file of a folder has the name that the folder's owner gave it; this one has another. */
static bool is_mounted_alone(int fd)
{
	struct statx st;

	return statx(fd, "", AT_EMPTY_PATH, STATX_TYPE, &st) < 0 ||
	       !(st.stx_attributes_mask & STATX_ATTR_MOUNT_ROOT) ||
	       (st.stx_attributes & STATX_ATTR_MOUNT_ROOT);
}

/* Somebody has given it the name of a program in which less is code. */
static void forget_name(struct program *program)
{
	if (ipe_find_evidence(ipe_last_part(program->name)))
		program->name[0] = '\0';
}

int look_at_program(int fd, struct program *ret)
{
	char link[64];
	struct stat st;
	struct known known = { 0 };
	int again = open_again(fd);
	bool readable = again >= 0 && fstat(again, &st) == 0;
	bool named;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	named = read_name(link, ret->name);
	if (readable)
		known = look_once(again, &st, ipe_find_evidence(ipe_last_part(ret->name)));
	if (again >= 0)
		close(again);
	ret->unknown = !known.signature && (!readable || known.unread || is_mounted_alone(fd));
	if (known.signature)
		snprintf(ret->name, sizeof(ret->name), "%s", known.signature);
	else if (!known.shown)
		forget_name(ret);
	return known.signature || named ? 0 : -EACCES;
}

void look_at_argument(const struct request *request, const char *argument, struct program *ret)
{
	int fd = open_path_for(request, argument);
	int error = fd < 0 ? fd : look_at_program(fd, ret);

	if (error < 0)
		*ret = (struct program){ .unknown = false };
	if (error < 0) {
		snprintf(ret->name, sizeof(ret->name), "%s", argument);
		forget_name(ret);
	}
	if (fd >= 0)
		close(fd);
}

void find_sources_of(const struct program *program, const struct words *arguments,
		     const struct words *environment, struct code_sources *ret)
{
	find_code_sources(program->name, arguments->count, arguments->list, environment->list, ret);
	if (!program->unknown)
		return;
	ret->sources.any_file = true;
	ret->sources.stdin_code = true;
	ret->sources.inline_code = "what may be an argument of an interpreter";
}
