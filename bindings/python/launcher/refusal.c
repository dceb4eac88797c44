/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "launcher.h"

PyObject *ipe_raise_refused(const struct ipe_check *check, PyObject *what)
{
	PyObject *message = PyUnicode_FromFormat("refused (%s): %s", ipe_reason_name(check->reason),
						 ipe_reason_advice(check->reason));
	PyObject *error = NULL;

	if (message)
		error = PyObject_CallFunction(PyExc_OSError, "iOO", EACCES, message,
					      what ? what : Py_None);
	if (error)
		PyErr_SetObject((PyObject *)Py_TYPE(error), error);
	Py_XDECREF(error);
	Py_XDECREF(message);
	return NULL;
}

/* A name must not command a terminal, nor look like another line. */
static void print_name(const char *name)
{
	for (; *name; name++) {
		unsigned char byte = (unsigned char)*name;

		if (byte < ' ' || byte == 0x7f || byte == '\\')
			fprintf(stderr, "\\x%02x", byte);
		else
			putc(byte, stderr);
	}
}

void ipe_tell_refused(const char *path, const struct ipe_check *check)
{
	static _Thread_local char told[4096];

	/* Python tries a script twice, as an archive first. */
	if (!strcmp(path, told))
		return;
	snprintf(told, sizeof(told), "%s", path);
	fputs("ipe-python3: ", stderr);
	print_name(path);
	fprintf(stderr, ": %s: %s\n", ipe_reason_name(check->reason),
		ipe_reason_advice(check->reason));
}
