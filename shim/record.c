/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The trainer's half of the shim: judges nothing and writes down who opens what. It is built into
 * libipe-shim-trainer.so alone, which is for the machine that makes an image.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <link.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <unwind.h>

#include "../libipe-enlighten/raw.h"
#include "shim.h"
#include "text.h"

/* A descriptor that programs leave alone. */
#define RECORD_FD    1000
#define RECORD_SIZE  16384
#define STACK_SEARCH 16384
/* The largest frame of a function that cannot be unwound. */
#define FRAME_SEARCH 1024
#define PATH_LIMIT   1024

struct walk {
	struct ipe_text *line;
	const struct ipe_open *open;
	const char *stack;
	const char *last;
	const char *program;
	bool in_wrappers;
	bool is_unwound;
};

static void add_hexadecimal(struct ipe_text *text, uint64_t value)
{
	char digits[16];
	size_t at = sizeof(digits);

	do {
		digits[--at] = "0123456789abcdef"[value & 15];
		value >>= 4;
	} while (value);
	ipe_text_add_bytes(text, digits + at, sizeof(digits) - at);
}

/* "DISTANCE:OBJECT+OFFSET", the distance as in a profile, with @mark in front. */
static void add_site(struct walk *walk, const char *mark, uintptr_t address, size_t distance)
{
	struct link_map *object, *program;
	const char *path;
	Dl_info info;

	if (!dladdr1((const void *)address, &info, (void **)&object, RTLD_DL_LINKMAP) ||
	    !dladdr1((const void *)getauxval(AT_ENTRY), &info, (void **)&program, RTLD_DL_LINKMAP))
		return;
	/* The loader knows the program by its first argument alone. */
	path = object == program ? walk->program : object->l_name;
	ipe_text_add(walk->line, mark);
	ipe_text_add_number(walk->line, distance);
	ipe_text_add(walk->line, ":");
	ipe_text_add_harmless(walk->line, path, PATH_LIMIT);
	ipe_text_add(walk->line, "+");
	add_hexadecimal(walk->line, address - object->l_addr);
}

static _Unwind_Reason_Code visit(struct _Unwind_Context *context, void *data)
{
	struct walk *walk = data;
	uintptr_t address = _Unwind_GetIP(context);

	if (walk->in_wrappers) {
		walk->in_wrappers = address != (uintptr_t)walk->open->caller;
		if (!walk->in_wrappers)
			add_site(walk, "\t", address, 0);
		return _URC_NO_REASON;
	}
	walk->is_unwound = true;
	for (; walk->last < walk->stack + STACK_SEARCH; walk->last += sizeof(uintptr_t)) {
		const uintptr_t *slot = __builtin_assume_aligned(walk->last, sizeof(uintptr_t));

		if (*slot == address) {
			add_site(walk, "\t", address,
				 (size_t)(walk->last - walk->stack) + sizeof(address));
			break;
		}
	}
	return _URC_NO_REASON;
}

/*
 * The program may have been built without tables for unwinding. Then each word of the caller's frame that
 * may be a return address is written down; ipe-shim-train finds the one that is.
 */
static void add_words(struct walk *walk)
{
	for (size_t distance = sizeof(uintptr_t); distance <= FRAME_SEARCH;
	     distance += sizeof(uintptr_t)) {
		uintptr_t word;

		memcpy(&word, walk->stack + distance - sizeof(word), sizeof(word));
		add_site(walk, "\t~", word, distance);
	}
}

int ipe_shim_judge(int fd, const struct ipe_open *open)
{
	char room[RECORD_SIZE], program[PATH_LIMIT];
	struct ipe_text line = { room, sizeof(room), 0 };
	struct walk walk = { &line, open, open->stack, open->stack, program, true, false };
	ssize_t len = readlink("/proc/self/exe", program, sizeof(program) - 1);

	(void)fd;
	program[len > 0 ? len : 0] = '\0';
	ipe_text_add_harmless(&line, program, PATH_LIMIT);
	ipe_text_add(&line, "\t");
	ipe_text_add_harmless(&line, open->path ? open->path : "", PATH_LIMIT);
	_Unwind_Backtrace(visit, &walk);
	if (!walk.is_unwound && !walk.in_wrappers)
		add_words(&walk);
	ipe_text_add(&line, "\n");
	ipe_raw(SYS_write, RECORD_FD, (long)room, (long)line.len, 0, 0, 0);
	return 0;
}

long ipe_shim_execute(int dirfd, const char *path, char *const argv[], char *const envp[],
		      int flags)
{
	return ipe_raw(SYS_execveat, dirfd, (long)path, (long)argv, (long)envp, flags, 0);
}

bool ipe_shim_has_adapter(const void *caller)
{
	(void)caller;
	return false;
}

void ipe_shim_report_other(const char *what, const char *reason, const char *advice)
{
	(void)what;
	(void)reason;
	(void)advice;
}
