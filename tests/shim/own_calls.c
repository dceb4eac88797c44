/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Opens the file that it is given by a system call of its own; with JUST_A_NUMBER by the C library's, though
 * the bytes of the instruction are in it.
 */
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

static int open_file(const char *path)
{
	int fd;

#ifdef JUST_A_NUMBER
	__asm__ volatile("mov %0, %%eax\n\tmov $0x50f, %%edx" : : "i"(SYS_open) : "rax", "rdx");
	return open(path, O_RDONLY);
#endif
	__asm__ volatile("mov %1, %%eax\n\tsyscall"
			 : "=&a"(fd)
			 : "i"(SYS_open), "D"(path), "S"(O_RDONLY), "d"(0)
			 : "rcx", "r11", "memory");
	return fd;
}

int main(int argc, char **argv)
{
	int fd = argc > 1 ? open_file(argv[1]) : -1;

	return fd >= 0 && write(STDOUT_FILENO, "opened\n", 7) == 7 ? 0 : 1;
}
