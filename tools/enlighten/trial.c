/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Tries what was made: a copy of it with another first instruction, which ends it. By then the loader
 * has loaded everything, and the shim has answered. The program itself does not run, and neither a
 * tracer nor /proc is needed.
 */
#include "trial.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../shim/handshake.h"
#include "../root.h"

/* exit_group(0), and on a machine that wants it a mark that one may go there. */
static const struct {
	uint16_t machine;
	uint8_t size;
	unsigned char code[16];
} endings[] = {
	{ EM_X86_64, 13, "\xf3\x0f\x1e\xfa\xb8\xe7\0\0\0\x31\xff\x0f\x05" },
	{ EM_AARCH64, 16, "\x5f\x24\x03\xd5\xc8\x0b\x80\xd2\x00\x00\x80\xd2\x01\x00\x00\xd4" },
	{ EM_RISCV, 12, "\x93\x08\xe0\x05\x13\x05\x00\x00\x73\x00\x00\x00" },
};

#if defined(__x86_64__)
#define OWN_MACHINE EM_X86_64
#elif defined(__aarch64__)
#define OWN_MACHINE EM_AARCH64
#elif defined(__riscv)
#define OWN_MACHINE EM_RISCV
#else
#define OWN_MACHINE EM_NONE
#endif

bool make_trial(const struct image *image, struct image *ret)
{
	unsigned char *bytes = malloc(image->size + 1);

	if (!bytes)
		return false;
	memcpy(bytes, image->bytes, image->size);
	if (image_parse(bytes, image->size, ret) < 0)
		return false;
	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
		const struct range range = { image->header.e_entry, endings[i].size };
		uint64_t offset;

		if (endings[i].machine != image->header.e_machine)
			continue;
		if (!image_offset(image, &range, &offset))
			return false;
		memcpy(ret->bytes + offset, endings[i].code, endings[i].size);
		return true;
	}
	return false;
}

/* Goes to the folder of the program, with the image's root as its own. */
static bool enter_root(const struct change *change)
{
	const int root = change->request->root;

	if (root == AT_FDCWD)
		return fchdir(change->folder) == 0;
	/* In a namespace of its own everybody may. */
	if (fchdir(root) < 0 ||
	    (chroot(".") < 0 && (unshare(CLONE_NEWUSER) < 0 || chroot(".") < 0)))
		return false;
	return fchdir(change->folder) == 0;
}

bool may_run_here(const struct change *change)
{
	int fd = open_in_root(change->request->root, change->tables.interpreter, O_PATH);

	if (fd < 0) {
		complain_of(change, "note: not tried, as its loader '%s' is not there: %s",
			    change->tables.interpreter, strerror(-fd));
		return false;
	}
	close(fd);
	return true;
}

bool has_answered(const struct trial *trial)
{
	char byte = 0;

	return read(trial->answer[0], &byte, 1) == 1 && byte == IPE_HANDSHAKE_BYTE;
}

bool open_trial(struct trial *trial)
{
	return pipe2(trial->answer, O_CLOEXEC | O_NONBLOCK) == 0;
}

void close_trial(struct trial *trial)
{
	close(trial->answer[0]);
	close(trial->answer[1]);
}

void start_program(const struct trial *trial, const char *name)
{
	char path[NAME_MAX + sizeof("./")], value[64];
	struct stat st;

	snprintf(path, sizeof(path), "./%s", name);
	if (fcntl(trial->answer[1], F_SETFD, 0) < 0 || fstat(trial->answer[1], &st) < 0)
		_exit(CHILD_NOT_EXECUTED);
	snprintf(value, sizeof(value), "%d:%ju", trial->answer[1], (uintmax_t)st.st_ino);
	setenv(IPE_HANDSHAKE_VARIABLE, value, 1);
	unsetenv("PATH");
	execl(path, trial->change->last, (char *)NULL);
	say_and_exit(errno == ENOEXEC ? CHILD_FOREIGN : CHILD_NOT_EXECUTED, "cannot execute it");
}

void say_and_exit(int status, const char *what)
{
	dprintf(STDERR_FILENO, "%s: %s\n", what, strerror(errno));
	_exit(status);
}

static void start_new(const void *argument)
{
	const struct trial *trial = argument;

	if (!enter_root(trial->change))
		say_and_exit(CHILD_NO_ROOT, "cannot enter the root");
	start_program(trial, trial->change->new_name);
}

void explain(const struct child_result *result, char *ret, size_t size)
{
	if (*result->line)
		snprintf(ret, size, "%s", result->line);
	else if (WIFSIGNALED(result->status))
		snprintf(ret, size, "it was ended by signal %d", WTERMSIG(result->status));
	else
		snprintf(ret, size, "it ended with status %d, and said nothing",
			 WEXITSTATUS(result->status));
}

static bool is_on_noexec(const struct change *change)
{
	struct statvfs st;

	return fstatvfs(change->folder, &st) == 0 && st.f_flag & ST_NOEXEC;
}

static bool judge(const struct trial *trial, const struct child_result *result, bool enlightened)
{
	const struct change *change = trial->change;
	const int status = WIFEXITED(result->status) ? WEXITSTATUS(result->status) : -1;
	char why[sizeof(result->line) + 64];

	explain(result, why, sizeof(why));
	if (status == 0 && strstr(result->output, IPE_BAD_PROFILE)) {
		complain_of(change, "its profile is of another build of it: make one of this build "
				    "with ipe-shim-train; it is unchanged");
		return false;
	}
	if (status == 0 && (!enlightened || has_answered(trial)))
		return true;
	if (status == CHILD_NOT_EXECUTED && is_on_noexec(change)) {
		complain_of(change, "note: not tried: its file system is mounted noexec");
		return true;
	}
	if (status == CHILD_NO_ROOT ||
	    (status == CHILD_FOREIGN && change->image.header.e_machine != OWN_MACHINE)) {
		complain_of(change, "note: not tried: %s", why);
		return true;
	}
	if (status == 0)
		complain_of(change, "the shim does not come up in the new file; it is unchanged");
	else
		complain_of(change, "the new file does not start: %s; it is unchanged", why);
	return false;
}

bool try_program(struct change *change, bool enlightened)
{
	struct trial trial = { .change = change };
	struct child_result result;
	struct image content = { 0 };
	bool good = false;

	if (!may_run_here(change))
		return true;
	if (!make_trial(&change->new_image, &content))
		complain_of(change, "malformed ELF file: its first instruction is in no segment");
	else if (make_file(change, &content) && open_trial(&trial)) {
		if (run_child(start_new, &trial, &result))
			good = judge(&trial, &result, enlightened);
		else
			complain_of(change, "cannot try the new file: %s; it is unchanged",
				    strerror(errno));
		close_trial(&trial);
	}
	image_free(&content);
	return remove_file(change) && good;
}
