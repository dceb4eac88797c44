/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "memory.h"
#include "output.h"

#define NO_MEMORY "out of memory; free some and try again"

void *allocate(size_t count, size_t size)
{
	/* One of nothing, lest NULL mean two things. */
	void *memory = calloc(count ? count : 1, size);

	if (!memory)
		give_up(NO_MEMORY);
	return memory;
}

char *format_text(const char *format, ...)
{
	va_list arguments;
	char *text;
	int len;

	va_start(arguments, format);
	len = vasprintf(&text, format, arguments);
	va_end(arguments);
	if (len < 0)
		give_up(NO_MEMORY);
	return text;
}

/* The capacity is the next power of two, so that it need not be kept. */
void *make_room(void *array, size_t count, size_t size)
{
	if (count != 0 && (count & (count - 1)) != 0)
		return array;
	array = reallocarray(array, count ? 2 * count : 1, size);
	if (!array)
		give_up(NO_MEMORY);
	return array;
}
