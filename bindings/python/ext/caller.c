/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who asks: the Python code that is running. */
#include <string.h>

#include "strict.h"

/* The file of the code that is running, as bytes; NULL if there is none, or it has no such name. */
static PyObject *running_file(void)
{
	PyObject *frame = (PyObject *)PyEval_GetFrame();
	PyObject *code = frame ? PyObject_GetAttrString(frame, "f_code") : NULL;
	PyObject *name = code ? PyObject_GetAttrString(code, "co_filename") : NULL;
	PyObject *encoded = name && PyUnicode_Check(name) ? PyUnicode_AsUTF8String(name) : NULL;

	if (frame && !encoded)
		PyErr_Clear();
	Py_XDECREF(name);
	Py_XDECREF(code);
	return encoded;
}

static bool is_named(const char *name, const char *wanted, const char *library)
{
	size_t len = strlen(library);

	if (wanted[0] != '/')
		return !strcmp(name, wanted);
	return !strncmp(name, library, len) && !strcmp(name + len, wanted);
}

bool ipe_is_asked_by(const char *library, const char *const *files, size_t count)
{
	PyObject *encoded = running_file();
	const char *name = encoded ? PyBytes_AsString(encoded) : NULL;
	bool answer = false;

	for (size_t i = 0; name && i < count; i++)
		answer |= is_named(name, files[i], library);
	Py_XDECREF(encoded);
	return answer;
}
