/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Text in a buffer of fixed size; what does not fit is cut off. */
#ifndef IPE_SHIM_TEXT_H
#define IPE_SHIM_TEXT_H

#include <stddef.h>

struct ipe_text {
	char *start;
	size_t size;
	size_t len;
};

void ipe_text_add_bytes(struct ipe_text *text, const char *bytes, size_t len);
void ipe_text_add(struct ipe_text *text, const char *string);
void ipe_text_add_number(struct ipe_text *text, unsigned long number);

/* At most @limit bytes of @string, with what could control a terminal or forge a line as \ooo. */
void ipe_text_add_harmless(struct ipe_text *text, const char *string, size_t limit);

/* The same as one word for a shell, in which nothing is expanded. */
void ipe_text_add_quoted(struct ipe_text *text, const char *string, size_t limit);

#endif
