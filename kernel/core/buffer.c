// SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-or-later
#include "internal.h"

/* A buffer is small until this much is in it, from which the rest can be guessed. */
#define SAMPLE 4096U

/* Sizes are guessed in parts of one STEPS-th, and as much may stay unused. */
#define STEPS 128U

static bool resize(struct ipe_buffer *buffer, size_t capacity)
{
	uint8_t *data = NULL;

	if (capacity) {
		data = ipe_core_alloc(capacity);
		if (!data)
			return false;
		if (buffer->used)
			ipe_memcpy(data, buffer->data, buffer->used);
	}
	if (buffer->data)
		ipe_core_free(buffer->data);
	buffer->data = data;
	buffer->capacity = capacity;
	return true;
}

/*
 * As much as the whole text will need if the rest of it is like what was read. A buffer is never
 * longer than the text that filled it, so neither is this longer than the text.
 */
static size_t guess(const struct ipe_buffer *buffer, const struct ipe_lexer *lexer)
{
	size_t step = lexer->next / STEPS + 1;

	return buffer->used + (buffer->used / STEPS + 1) * ((lexer->text.len - lexer->next) / step);
}

bool ipe_buffer_grow(struct ipe_buffer *buffer, size_t more, const struct ipe_lexer *lexer)
{
	size_t capacity = guess(buffer, lexer), least = buffer->used + buffer->used / 4 + more;

	if (buffer->used < SAMPLE || capacity < least)
		capacity = least < SAMPLE ? SAMPLE : least;
	return resize(buffer, capacity);
}

bool ipe_buffer_trim(struct ipe_buffer *buffer)
{
	return buffer->capacity - buffer->used <= buffer->used / STEPS ||
	       resize(buffer, buffer->used);
}
