/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* python3 with the gate in place before the interpreter starts. */
#include <stdio.h>
#include <string.h>

#include "launcher.h"

bool ipe_strict;

/* --strict comes before what is Python's own. */
static int take_options(int argc, char **argv)
{
	if (argc < 2 || strcmp(argv[1], "--strict"))
		return argc;
	ipe_strict = true;
	memmove(argv + 1, argv + 2, (size_t)(argc - 1) * sizeof(*argv));
	return argc - 1;
}

/* Options and environment choose Python's allocators, which the hooks' memory must come from. */
static PyStatus choose_allocators(int argc, char **argv)
{
	PyPreConfig config;

	PyPreConfig_InitPythonConfig(&config);
	return Py_PreInitializeFromBytesArgs(&config, argc, argv);
}

int main(int argc, char **argv)
{
	PyStatus status;

	argc = take_options(argc, argv);
	status = choose_allocators(argc, argv);
	if (PyStatus_Exception(status))
		Py_ExitStatusException(status);
	if (PySys_AddAuditHook(ipe_audit_hook, NULL) < 0 ||
	    PyFile_SetOpenCodeHook(ipe_open_code_hook, NULL) < 0) {
		fputs("ipe-python3: the hooks cannot be set: not enough memory\n", stderr);
		return 1;
	}
	return Py_BytesMain(argc, argv);
}
