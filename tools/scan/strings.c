/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../shim/own-calls.h"
#include "image.h"
#include "memory.h"

#define CHUNK ((size_t)1 << 20)

static int compare(const void *a, const void *b)
{
	const GElf_Phdr *left = a, *right = b;

	return (left->p_offset > right->p_offset) - (left->p_offset < right->p_offset);
}

/* What may begin in one piece of the file and end in the next. */
static size_t overlap_of(const struct matcher *matcher)
{
	size_t longest = longest_pattern(matcher);

	return (longest > IPE_OWN_CALL_MAX ? longest : IPE_OWN_CALL_MAX) - 1;
}

/* From @start to @stop in the file. */
static int look_at_range(const struct elf_file *file, const struct matcher *matcher, uint64_t start,
			 uint64_t stop, struct image *ret)
{
	size_t overlap = overlap_of(matcher), kept = 0;
	static unsigned char *buf;
	int error = 0;

	if (!buf)
		buf = allocate(overlap + CHUNK, 1);
	while (start < stop) {
		size_t want = stop - start < CHUNK ? (size_t)(stop - start) : CHUNK;
		ssize_t got = pread(file->fd, buf + kept, want, (off_t)start);

		if (got <= 0) {
			error = got < 0 ? -errno : 0;
			break;
		}
		start += (uint64_t)got;
		kept += (size_t)got;
		match(matcher, buf, kept, ret->strings);
		if (ret->machine == EM_X86_64 && !ret->own_calls)
			ret->own_calls = ipe_opens_by_itself(buf, kept);
		if (kept > overlap) {
			memmove(buf, buf + kept - overlap, overlap);
			kept = overlap;
		}
	}
	return error;
}

/* What is loaded, each byte once however the segments lie. */
int look_at_strings(const struct elf_file *file, const struct matcher *matcher, struct image *ret)
{
	GElf_Phdr *segments = allocate(file->segment_count, sizeof(*segments));
	uint64_t done = 0;
	int error = 0;

	memcpy(segments, file->segments, file->segment_count * sizeof(*segments));
	qsort(segments, file->segment_count, sizeof(*segments), compare);
	for (size_t i = 0; i < file->segment_count && error == 0; i++) {
		uint64_t start = segments[i].p_offset > done ? segments[i].p_offset : done;
		uint64_t stop =
			segments[i].p_offset >= file->size ||
					segments[i].p_filesz > file->size - segments[i].p_offset
				? file->size
				: segments[i].p_offset + segments[i].p_filesz;

		if (segments[i].p_type != PT_LOAD || segments[i].p_offset >= file->size ||
		    start >= stop)
			continue;
		error = look_at_range(file, matcher, start, stop, ret);
		done = stop;
	}
	free(segments);
	return error;
}
