/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Starts an enlightened program as an attacker would, in a mount namespace of its own: other libraries
 * where its environment says, and other files in the place of the shim. It has to start with the shim,
 * or not at all.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../shim/handshake.h"
#include "trial.h"

struct obstacle {
	const char *what;
	bool environment;
	/* What takes the shim's place, in our folder; NULL for nothing. */
	const char *over_shim;
};

static const struct obstacle obstacles[] = {
	{ "LD_LIBRARY_PATH and LD_PRELOAD with another library", true, NULL },
	{ "an empty file mounted over the shim", false, "empty" },
	{ "another library mounted over the shim", false, "other" },
};

/*
 * A folder that is there, and that does not hide the shim when something is mounted over it. Some images
 * have none but those that the kernel needs for its own file systems.
 */
static const char *find_place(const char *shim)
{
	static const char *const places[] = { "/mnt", "/run", "/tmp", "/dev", "/proc", "/sys" };

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		if (strncmp(shim, places[i], strlen(places[i])) != 0 &&
		    access(places[i], X_OK) == 0)
			return places[i];
	return NULL;
}

static bool write_file(int folder, const char *name, const void *bytes, size_t size)
{
	int fd = openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0755);
	size_t done = 0;
	ssize_t len = 1;

	while (fd >= 0 && done < size && len > 0) {
		len = write(fd, (const char *)bytes + done, size - done);
		done += len > 0 ? (size_t)len : 0;
	}
	return fd >= 0 && close(fd) == 0 && done == size;
}

static bool write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t len = fd < 0 ? -1 : write(fd, text, strlen(text));

	if (fd >= 0)
		close(fd);
	return len == (ssize_t)strlen(text);
}

/* Mounts that nobody else sees; who has no right to make them takes a user namespace, too. */
static bool own_mounts(void)
{
	char users[32], groups[32];

	snprintf(users, sizeof(users), "0 %u 1\n", geteuid());
	snprintf(groups, sizeof(groups), "0 %u 1\n", getegid());
	if (unshare(CLONE_NEWNS) < 0 &&
	    (unshare(CLONE_NEWUSER | CLONE_NEWNS) < 0 ||
	     !write_text("/proc/self/setgroups", "deny") ||
	     !write_text("/proc/self/uid_map", users) || !write_text("/proc/self/gid_map", groups)))
		return false;
	return mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0;
}

/* To the program's folder; what was opened before leads to the mounts of others. */
static bool go_there(const struct change *change)
{
	const int root = change->request->root;
	char last[NAME_MAX + 1];
	int folder;

	if (fchdir(root == AT_FDCWD ? change->folder : root) < 0 || !own_mounts())
		return false;
	if (root == AT_FDCWD)
		return true;
	folder = chroot(".") < 0 ? -1 : open_folder(AT_FDCWD, change->name, last);
	return folder >= 0 && fchdir(folder) == 0;
}

/* Fills a folder with what is put in the program's way, and with its own copy. */
static bool fill(const struct trial *trial, const char *place)
{
	const char *library = trial->change->tables.interpreter;
	int folder = open(place, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool filled = folder >= 0 &&
		      write_file(folder, "program", trial->content->bytes, trial->content->size) &&
		      write_file(folder, "empty", "", 0) &&
		      symlinkat(library, folder, IPE_SHIM_LIBRARY) == 0 &&
		      symlinkat(library, folder, "other") == 0;

	if (folder >= 0)
		close(folder);
	return filled;
}

static bool bind_over(const char *place, const char *name, const char *target)
{
	char path[NAME_MAX];

	snprintf(path, sizeof(path), "%s/%s", place, name);
	return mount(path, target, NULL, MS_BIND, NULL) == 0;
}

static void start_among_obstacles(const void *argument)
{
	const struct trial *trial = argument;
	const struct obstacle *obstacle = trial->obstacle;
	const struct change *change = trial->change;
	const char *shim = tables_shim(&change->image, &change->tables);
	const char *place;

	if (!go_there(change))
		say_and_exit(CHILD_NO_MOUNTS, "no mounts of its own can be made");
	place = find_place(shim);
	if (!place)
		say_and_exit(CHILD_NO_MOUNTS, "it takes a folder to mount on: make /tmp there");
	if (mount("none", place, "tmpfs", 0, "mode=755") < 0 || !fill(trial, place) ||
	    !bind_over(place, "program", change->last) ||
	    (obstacle->over_shim && !bind_over(place, obstacle->over_shim, shim)))
		say_and_exit(CHILD_NO_MOUNTS, "cannot mount what is tried");
	if (obstacle->environment) {
		setenv("LD_LIBRARY_PATH", place, 1);
		setenv("LD_PRELOAD", change->tables.interpreter, 1);
	}
	start_program(trial, change->last);
}

static enum verdict judge(const struct trial *trial, const struct child_result *result)
{
	const struct change *change = trial->change;
	const int status = WIFEXITED(result->status) ? WEXITSTATUS(result->status) : -1;
	const bool starts = status == 0;
	char why[sizeof(result->line) + 64];

	explain(result, why, sizeof(why));
	if (status == CHILD_NO_MOUNTS || status == CHILD_FOREIGN || status == CHILD_NOT_EXECUTED) {
		complain_of(change, "note: not tried with %s: %s", trial->obstacle->what, why);
		return VERDICT_UNKNOWN;
	}
	if (trial->obstacle->over_shim ? !starts : starts && has_answered(trial))
		return VERDICT_HOLDS;
	if (starts)
		complain_of(change, "it starts without the shim, with %s", trial->obstacle->what);
	else
		complain_of(change, "it does not start: %s", why);
	return VERDICT_FAILS;
}

static enum verdict try_one(struct trial *trial)
{
	enum verdict verdict = VERDICT_UNKNOWN;
	struct child_result result;

	if (!open_trial(trial))
		return verdict;
	if (run_child(start_among_obstacles, trial, &result))
		verdict = judge(trial, &result);
	close_trial(trial);
	return verdict;
}

enum verdict try_hostile(const struct change *change)
{
	enum verdict worst = VERDICT_HOLDS;
	struct image content = { 0 };

	if (!may_run_here(change))
		return VERDICT_UNKNOWN;
	if (!make_trial(&change->image, &content)) {
		complain_of(change, "malformed ELF file: its first instruction is in no segment");
		worst = VERDICT_FAILS;
	}
	for (size_t i = 0; i < sizeof(obstacles) / sizeof(obstacles[0]) && worst != VERDICT_FAILS;
	     i++) {
		struct trial trial = { .change = change,
				       .obstacle = &obstacles[i],
				       .content = &content };
		enum verdict verdict = try_one(&trial);

		worst = verdict == VERDICT_HOLDS ? worst : verdict;
	}
	image_free(&content);
	return worst;
}
