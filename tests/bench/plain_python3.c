/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <Python.h>

int main(int argc, char **argv)
{
	return Py_BytesMain(argc, argv);
}
