/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A program with a dynamic linker: ends with 42 if it can load the library. */
#include <dlfcn.h>

int main(int argc, char **argv)
{
	return argc == 2 && dlopen(argv[1], RTLD_NOW) ? 42 : 1;
}
