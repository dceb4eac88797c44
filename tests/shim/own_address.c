/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* At a fixed address, so that it has an address of its own for a function that it points to. */
#include <fcntl.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	int (*volatile open_file)(const char *path, int flags, ...) = open;
	int fd = argc > 1 ? open_file(argv[1], O_RDONLY) : -1;

	return fd >= 0 && write(STDOUT_FILENO, "opened\n", 7) == 7 ? 0 : 1;
}
