/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A shared object that prints the marker, if there is one, as soon as something loads it. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void put(const char *text)
{
	if (text && write(STDOUT_FILENO, text, strlen(text)) < 0)
		_exit(1);
}

__attribute__((constructor)) static void print_marker(void)
{
	put(getenv("MARKER_A"));
	put(getenv("MARKER_B"));
	put(getenv("MARKER_A") ? "\n" : NULL);
}
