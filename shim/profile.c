/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A profile is text with one call site in each line, and at most one line that says what it is of:
 *
 *	interpreter NAME
 *	code 0 BUILD-ID+OFFSET
 *	data 0 BUILD-ID+OFFSET
 *	data 0 BUILD-ID+OFFSET DISTANCE BUILD-ID+OFFSET
 *	data 0 BUILD-ID+OFFSET * BUILD-ID+OFFSET
 *
 * First the address that the wrapper returns to, as the hexadecimal address of a return in the object
 * with that build-id as it was linked; then, if that alone does not tell, a word further up the stack,
 * DISTANCE bytes above the caller's stack pointer, or * for anywhere above it where frames have no
 * constant size.
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
#include "handshake.h"
#include "ipe-enlighten.h"
#include "shim.h"
#include "sites.h"
#include "text.h"
#include "words.h"

#define PROFILE_MAX 16384

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

static bool parse_distance(const struct ipe_word *word, uintptr_t *ret)
{
	*ret = IPE_DISTANCE_ANY;
	return (word->len == 1 && *word->start == '*') || parse_number(word, 0, 10, ret);
}

/* "DISTANCE BUILD-ID+OFFSET"; false if there is less. */
static bool parse_place(const char **line, uintptr_t *ret_distance, uintptr_t *ret_address)
{
	struct ipe_word distance, address;

	return ipe_next_word(line, &distance) && ipe_next_word(line, &address) &&
	       parse_distance(&distance, ret_distance) && parse_address(&address, ret_address);
}

static bool is_distance(uintptr_t distance)
{
	return distance == IPE_DISTANCE_ANY ||
	       (distance > 0 && distance <= IPE_DISTANCE_MAX && distance % sizeof(uintptr_t) == 0);
}

static bool parse_site(const char *line, enum ipe_class class)
{
	struct ipe_site site = { .class = class };
	struct ipe_word rest;
	const char *second;
	uintptr_t distance;

	if (!parse_place(&line, &distance, &site.caller) || distance != 0)
		return false;
	second = line;
	if (!ipe_next_word(&second, &rest))
		return ipe_sites_add(&site);
	if (!parse_place(&line, &distance, &site.address) || ipe_next_word(&line, &rest))
		return false;
	if (!is_distance(distance))
		return false;
	site.distance = distance;
	return ipe_sites_add(&site);
}

/* What interprets nothing has no such line. */
static bool parse_interpreter(const char *line, char *ret_name)
{
	struct ipe_word word, rest;

	if (!ipe_next_word(&line, &word) || ipe_next_word(&line, &rest) ||
	    word.len >= IPE_PROGRAM_NAME_SIZE)
		return false;
	memcpy(ret_name, word.start, word.len);
	ret_name[word.len] = '\0';
	return ipe_find_rules(ret_name) != &ipe_no_rules;
}

static bool parse_line(const char *line, char *ret_name)
{
	struct ipe_word kind;

	if (*line == '#' || !ipe_next_word(&line, &kind))
		return true;
	if (kind.len == 4 && memcmp(kind.start, "code", 4) == 0)
		return parse_site(line, IPE_CLASS_CODE);
	if (kind.len == 4 && memcmp(kind.start, "data", 4) == 0)
		return parse_site(line, IPE_CLASS_DATA);
	return kind.len == 11 && memcmp(kind.start, "interpreter", 11) == 0 &&
	       parse_interpreter(line, ret_name);
}

/* False, with no site known, if a line is not understood or its object is not the one learnt. */
static bool parse(char *text, char *ret_name)
{
	char *line, *end;

	for (line = text; *line; line = end) {
		end = line + strcspn(line, "\n");
		if (*end)
			*end++ = '\0';
		if (!parse_line(line, ret_name)) {
			ipe_sites_clear();
			*ret_name = '\0';
			return false;
		}
	}
	return !ipe_sites_are_unknown();
}

static void tell(const char *where)
{
	ipe_shim_report_other(
		where, IPE_BAD_PROFILE,
		"It is not used: it has to be root's, writable by root alone, trusted "
		"and of this very build. ipe-shim-train makes one.");
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

static int add_path(struct dl_phdr_info *program, size_t size, void *data)
{
	struct ipe_build_id id;

	(void)size;
	if (ipe_build_id_of(program, &id))
		ipe_build_id_add(data, &id);
	return 1;
}

bool ipe_profile_of_folder(char *ret_name)
{
	char room[sizeof(IPE_PROFILE_FOLDER) + 2 * IPE_BUILD_ID_MAX + 1];
	struct ipe_text path = { room, sizeof(room) - 1, 0 };
	char buf[PROFILE_MAX];
	bool good;
	int fd;

	ipe_text_add(&path, IPE_PROFILE_FOLDER "/");
	dl_iterate_phdr(add_path, &path);
	if (path.len == sizeof(IPE_PROFILE_FOLDER))
		return false;
	room[path.len] = '\0';
	fd = (int)ipe_raw(SYS_openat, AT_FDCWD, (long)room,
			  O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0, 0, 0);
	if (fd < 0)
		return false;
	good = read_profile(fd, buf, sizeof(buf)) && parse(buf, ret_name);
	if (!good)
		tell(room);
	ipe_raw(SYS_close, fd, 0, 0, 0, 0, 0);
	return good;
}

struct note {
	uint32_t type;
	const char *text;
	size_t len;
};

static int find_note(struct dl_phdr_info *program, size_t size, void *data)
{
	struct note *note = data;

	(void)size;
	note->text = ipe_find_note(program, IPE_NOTE_NAME, note->type, &note->len);
	return 1;
}

bool ipe_name_of_note(char *ret_name)
{
	struct note note = { .type = IPE_NOTE_INTERPRETER };

	dl_iterate_phdr(find_note, &note);
	if (!note.text)
		return true;
	if (note.len == 0 || note.len >= IPE_PROGRAM_NAME_SIZE)
		return false;
	memcpy(ret_name, note.text, note.len);
	ret_name[note.len] = '\0';
	return !(ipe_find_rules(ret_name)->traits & IPE_NO_INTERPRETER) &&
	       ipe_find_rules(ret_name) != &ipe_unknown_rules;
}

bool ipe_profile_of_note(char *ret_name)
{
	char buf[PROFILE_MAX];
	struct note note = { .type = IPE_NOTE_PROFILE };

	dl_iterate_phdr(find_note, &note);
	if (!note.text)
		return false;
	if (note.len >= sizeof(buf)) {
		tell("the note in the program");
		return false;
	}
	memcpy(buf, note.text, note.len);
	buf[note.len] = '\0';
	if (parse(buf, ret_name))
		return true;
	tell("the note in the program");
	return false;
}
