/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tap.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned int next;

void tap_plan(unsigned int first, unsigned int count)
{
	next = first;
	printf("1..%u\n", first - 1 + count);
	fflush(stdout);
}

void tap_result(bool ok, const char *format, ...)
{
	va_list args;

	printf("%s %u - ", ok ? "ok" : "not ok", next++);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
	/* A child that is forked later must not print it once more. */
	fflush(stdout);
}

void tap_note(const char *format, ...)
{
	va_list args;

	fputs("# ", stdout);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
	fflush(stdout);
}

void tap_abort(const char *what)
{
	printf("Bail out! %s: %s\n", what, strerror(errno));
	exit(3);
}
