/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A library that ends the program which has loaded it. */
#include <unistd.h>

__attribute__((constructor)) static void loaded(void)
{
	_exit(42);
}
