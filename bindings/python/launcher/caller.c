/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who asks: the Python code that is running. */
#include <string.h>

#include "launcher.h"

bool ipe_is_asked_by(const char *const *files, size_t count)
{
	PyFrameObject *frame = PyEval_GetFrame();
	PyCodeObject *code = frame ? PyFrame_GetCode(frame) : NULL;
	const char *name = code ? PyUnicode_AsUTF8(code->co_filename) : NULL;
	bool answer = false;

	for (size_t i = 0; name && i < count; i++)
		answer |= !strcmp(name, files[i]);
	if (code && !name)
		PyErr_Clear();
	Py_XDECREF(code);
	return answer;
}
