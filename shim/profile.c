/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A profile is text with one call site in each line:
 *
 *	code DISTANCE BUILD-ID+OFFSET
 *	data DISTANCE BUILD-ID+OFFSET
 *
 * The hexadecimal address of a return in the object with that build-id as it was linked, and where on the
 * stack it is found during an open: at distance 0 is the address that the wrapper returns to, at
 * distance D the word D bytes further up.
 */
#include "profile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "../libipe-enlighten/raw.h"
#include "build-id.h"
#include "ipe-enlighten.h"
#include "shim.h"
#include "text.h"
#include "words.h"

#define FILE_MAX     16384
#define SITES_MAX    64
#define DISTANCE_MAX 16384

/* No other thread's stack is as near to the main thread's. */
#define MAIN_STACK_MAX (64UL * 1024 * 1024)

struct site {
	enum ipe_class class;
	size_t distance;
	uintptr_t address;
};

static struct site sites[SITES_MAX];
static size_t site_count;
static uintptr_t stack_end;

static bool is_at(const struct site *site, const struct ipe_open *open)
{
	uintptr_t slot = (uintptr_t)open->stack + site->distance - sizeof(uintptr_t);

	if (site->distance == 0)
		return (uintptr_t)open->caller == site->address;
	if (slot >= stack_end || stack_end - slot > MAIN_STACK_MAX)
		return false;
	return *(const uintptr_t *)slot == site->address;
}

enum ipe_class ipe_profile_classify(const struct ipe_open *open)
{
	enum ipe_class class = IPE_CLASS_UNTOLD;

	for (size_t i = 0; i < site_count && class != IPE_CLASS_CODE; i++)
		if (is_at(&sites[i], open))
			class = sites[i].class;
	return class;
}

/* A number in @base that is all of @word but the first @skip bytes. */
static bool parse_number(const struct ipe_word *word, size_t skip, unsigned int base,
			 uintptr_t *ret)
{
	uintptr_t value = 0;

	if (word->len <= skip || word->len - skip > 12)
		return false;
	for (size_t i = skip; i < word->len; i++) {
		const char *digits = "0123456789abcdef";
		const char *digit = strchr(digits, word->start[i]);

		if (!digit || (unsigned int)(digit - digits) >= base)
			return false;
		value = value * base + (uintptr_t)(digit - digits);
	}
	*ret = value;
	return true;
}

static bool parse_address(const struct ipe_word *word, uintptr_t *ret)
{
	const char *plus = memchr(word->start, '+', word->len);
	size_t len = plus ? (size_t)(plus - word->start) : word->len;
	uintptr_t base, offset;

	if (!ipe_build_id_base(word->start, len, &base) ||
	    !parse_number(word, len + 1, 16, &offset))
		return false;
	*ret = base + offset;
	return true;
}

static bool parse_line(const char *line, struct site *ret)
{
	struct ipe_word kind, distance, address, rest;
	uintptr_t number;

	if (!ipe_next_word(&line, &kind) || !ipe_next_word(&line, &distance) ||
	    !ipe_next_word(&line, &address) || ipe_next_word(&line, &rest) || kind.len != 4)
		return false;
	if (memcmp(kind.start, "code", 4) == 0)
		ret->class = IPE_CLASS_CODE;
	else if (memcmp(kind.start, "data", 4) == 0)
		ret->class = IPE_CLASS_DATA;
	else
		return false;
	if (!parse_number(&distance, 0, 10, &number) || number > DISTANCE_MAX ||
	    number % sizeof(uintptr_t))
		return false;
	ret->distance = number;
	return parse_address(&address, &ret->address);
}

/* False, with no site known, if a line is not understood or its object is not the one learnt. */
static bool parse(char *text)
{
	char *line, *end;

	for (line = text; *line; line = end) {
		end = line + strcspn(line, "\n");
		if (*end)
			*end++ = '\0';
		if (*line == '#' || !*line)
			continue;
		if (site_count == SITES_MAX || !parse_line(line, &sites[site_count])) {
			site_count = 0;
			return false;
		}
		site_count++;
	}
	return true;
}

/* Only root can have written it, and the kernel trusts it as it trusts code. */
static bool read_profile(int fd, char *buf, size_t size)
{
	struct ipe_check check;
	struct stat st = { 0 };
	size_t len;

	if (ipe_raw(SYS_fstat, fd, (long)&st, 0, 0, 0, 0) < 0 || st.st_uid != 0 ||
	    st.st_mode & (S_IWGRP | S_IWOTH))
		return false;
	if (ipe_load_data(fd, buf, size - 1, &len, &check) < 0 || check.verdict != IPE_ALLOW ||
	    memchr(buf, '\0', len))
		return false;
	buf[len] = '\0';
	return true;
}

void ipe_profile_load(const void *stack_top)
{
	char room[sizeof(IPE_PROFILE_FOLDER) + IPE_BUILD_ID_MAX + 1];
	struct ipe_text path = { room, sizeof(room) - 1, 0 };
	char buf[FILE_MAX];
	int fd;

	stack_end = (uintptr_t)stack_top;
	ipe_text_add(&path, IPE_PROFILE_FOLDER "/");
	if (!ipe_build_id_of_program(&path))
		return;
	room[path.len] = '\0';
	fd = (int)ipe_raw(SYS_openat, AT_FDCWD, (long)room,
			  O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0, 0, 0);
	if (fd < 0)
		return;
	if (!read_profile(fd, buf, sizeof(buf)) || !parse(buf))
		ipe_shim_report_other(room, "bad-profile",
				      "It is not used; make it anew with ipe-shim-train.");
	ipe_raw(SYS_close, fd, 0, 0, 0, 0, 0);
}
