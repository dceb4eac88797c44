// SPDX-License-Identifier: LGPL-2.1-or-later
/* Ends a guest: waits until its output has left the serial port, then tells QEMU a status. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/io.h>
#include <termios.h>
#include <unistd.h>

#define ISA_DEBUG_EXIT_PORT 0xf4

int main(int argc, char **argv)
{
	if (argc != 2) {
		fputs("usage: vm-exit STATUS\n", stderr);
		return 2;
	}
	if (tcdrain(STDOUT_FILENO) && errno != ENOTTY)
		fprintf(stderr, "vm-exit: results may be lost: tcdrain: %s\n", strerror(errno));
	if (ioperm(ISA_DEBUG_EXIT_PORT, 1, 1)) {
		fprintf(stderr, "vm-exit: ioperm: %s; it needs root\n", strerror(errno));
		return 1;
	}
	outb((unsigned char)atoi(argv[1]), ISA_DEBUG_EXIT_PORT);
	fputs("vm-exit: still here; QEMU has no isa-debug-exit device at 0xf4\n", stderr);
	return 1;
}
