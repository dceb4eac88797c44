/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IPECTL_POLICY_LINES_H
#define IPECTL_POLICY_LINES_H

#include "core/policy.h"

/* How a line ends. CR alone ends one for the kernel, though few programs show it. */
enum line_end {
	LINE_END_NONE,
	LINE_END_LF,
	LINE_END_CR,
	LINE_END_CRLF,
};

/* The lines of a text, counted as the core counts them. Zeroed but for @text, it is at the start. */
struct lines {
	struct ipe_span text;
	size_t next;
	/* The line that was read last. */
	uint32_t number;
	struct ipe_span line;
	enum line_end end;
};

/* Goes on to the next line; false if there is none. */
bool read_line_of(struct lines *lines);

/* A line by its number, empty if there is none. Fast where the numbers rise. */
struct ipe_span get_line(struct lines *lines, uint32_t number);

/* The next word of a line's part, which it is cut off from; comments have none. */
bool take_word(struct ipe_span *rest, struct ipe_span *ret);

bool span_equals(struct ipe_span span, const char *text);

/* Cuts a prefix off; false if the span has another beginning. */
bool take_prefix(struct ipe_span *span, const char *prefix);

#endif
