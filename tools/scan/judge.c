/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <elf.h>
#include <string.h>
#include <sys/stat.h>

#include "scan.h"

/* One string can be anybody's: a list of keywords, a message about another program. */
bool holds(const struct image *image, size_t signature)
{
	int strings = __builtin_popcount(image->strings[signature]);
	uint8_t hints = image->hints[signature];

	return (hints & (HINT_NEEDED | HINT_SYMBOL | HINT_LIBRARY)) || strings >= 2 ||
	       (strings == 1 && (hints & HINT_NAME));
}

static bool holds_interpreter(const struct image *image)
{
	for (size_t i = 0; i < SIGNATURE_COUNT; i++)
		if (i != SIGNATURE_GATE && holds(image, i))
			return true;
	return false;
}

bool found_interpreter(const struct file *file)
{
	return file->image.program && (file->scripts > 0 || file->twin || file->image.needs_shim ||
				       holds_interpreter(&file->image));
}

static bool is_same_build(const struct file *a, const struct file *b)
{
	return a->image.build_id_len > 0 && a->image.build_id_len == b->image.build_id_len &&
	       memcmp(a->image.build_id, b->image.build_id, a->image.build_id_len) == 0;
}

/* Copies of what nothing but a script told of. */
void find_twins(struct scan *scan)
{
	for (size_t i = 0; i < scan->file_count; i++) {
		const struct file *known = scan->files[i];

		if (known->scripts == 0 || holds_interpreter(&known->image))
			continue;
		for (size_t j = 0; j < scan->file_count; j++)
			if (i != j && scan->files[j]->scripts == 0 &&
			    is_same_build(known, scan->files[j]))
				scan->files[j]->twin = known;
	}
}

static bool asks(const struct file *file)
{
	const struct image *image = &file->image;

	if (file->scripts > 0 && !holds_interpreter(image))
		return holds(image, SIGNATURE_GATE);
	for (size_t i = 0; i < SIGNATURE_COUNT; i++)
		if (i != SIGNATURE_GATE && holds(image, i) && !(image->hints[i] & HINT_ASKS))
			return false;
	return holds_interpreter(image);
}

/* The C library's own dynamic loader; others do not load the shim. */
static bool has_glibc_loader(const struct image *image)
{
	const char *name = image->loader ? last_part(image->loader) : "";

	return strncmp(name, "ld-linux", 8) == 0 || strncmp(name, "ld64.so", 7) == 0 ||
	       strcmp(name, "ld.so.1") == 0;
}

/* What the shim knows as another interpreter has them for something else, if at all. */
static bool opens_unseen(const struct image *image)
{
	return image->own_calls && (holds(image, SIGNATURE_BUN) || !holds_interpreter(image));
}

static bool has_its_shim(struct scan *scan, const struct file *file)
{
	const struct file *shim = examine(scan, file->image.needed[0], 0);

	return shim && shim->image.is_shim && shim->image.machine == file->image.machine;
}

static enum state find_state(struct scan *scan, const struct file *file)
{
	if (holds(&file->image, SIGNATURE_IPE_PYTHON3) || holds(&file->image, SIGNATURE_IPE_LUA))
		return STATE_LAUNCHER;
	if (asks(file))
		return STATE_PATCHED;
	if (file->image.needs_shim)
		return has_its_shim(scan, file) ? STATE_ENLIGHTENED : STATE_WITHOUT_SHIM;
	return has_glibc_loader(&file->image) && !opens_unseen(&file->image) ? STATE_OPEN
									     : STATE_SUPERVISED;
}

void find_states(struct scan *scan)
{
	for (size_t i = 0; i < scan->file_count; i++) {
		struct file *file = scan->files[i];

		file->state = find_state(scan, file);
		file->lacks_sites = file->state == STATE_ENLIGHTENED && lacks_sites(scan, file);
	}
}

const char *state_name(enum state state)
{
	static const char *const names[] = {
		[STATE_WITHOUT_SHIM] = "without shim",	[STATE_OPEN] = "open",
		[STATE_SUPERVISED] = "supervised only", [STATE_ENLIGHTENED] = "enlightened",
		[STATE_LAUNCHER] = "launcher",		[STATE_PATCHED] = "patched",
	};

	return names[state];
}

static bool has_shim_for(uint16_t machine)
{
	return machine == EM_X86_64 || machine == EM_AARCH64 || machine == EM_RISCV;
}

const char *state_advice(const struct file *file)
{
	switch (file->state) {
	case STATE_WITHOUT_SHIM:
		return "it does not start: the shim that it needs is not there, or not for its "
		       "architecture: install libipe-shim, or run 'ipectl enlighten --undo'";
	case STATE_OPEN:
		if (!has_shim_for(file->image.machine))
			return "there is no shim for its architecture: link it to "
			       "libipe-enlighten, or remove it";
		if (file->mode & (S_ISUID | S_ISGID))
			return "take its set-user-ID and set-group-ID bits away and run 'ipectl "
			       "enlighten', or remove it";
		return "run 'ipectl enlighten', or remove it";
	case STATE_SUPERVISED:
		if (opens_unseen(&file->image) && has_glibc_loader(&file->image))
			return "it opens files by system calls of its own, which the shim does not "
			       "see: start it by 'ipectl run --supervise' alone, or remove it";
		return "the shim cannot be loaded into it: link it to libipe-enlighten, start it by "
		       "'ipectl run --supervise' alone, or remove it";
	case STATE_ENLIGHTENED:
		if (!file->image.noted && !holds_interpreter(&file->image))
			return "nothing is known of its options and of its standard input, so that "
			       "these are not judged: if it interprets as another one does, take "
			       "the shim out and put it in with 'ipectl enlighten -i NAME'; if it "
			       "interprets nothing, nothing needs to be done";
		if (file->lacks_sites)
			return "no call sites of this build are known, so that every file that it "
			       "opens is judged: have ipe-shim-train learn them";
		break;
	case STATE_LAUNCHER:
	case STATE_PATCHED:
		break;
	}
	return NOTHING_TO_DO;
}
