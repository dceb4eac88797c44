// SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-or-later
#include "internal.h"

#define FIRST_CAPACITY 512U

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

bool ipe_buffer_reserve(struct ipe_buffer *buffer, size_t more)
{
	size_t capacity;

	if (more <= buffer->capacity - buffer->used)
		return true;
	if (more > (size_t)-1 / 2 - buffer->used)
		return false;
	capacity = buffer->used + more;
	if (capacity < 2 * buffer->used)
		capacity = 2 * buffer->used;
	return resize(buffer, capacity < FIRST_CAPACITY ? FIRST_CAPACITY : capacity);
}

bool ipe_buffer_trim(struct ipe_buffer *buffer)
{
	return buffer->used == buffer->capacity || resize(buffer, buffer->used);
}
