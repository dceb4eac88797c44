/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether what a loader reads is data: linecache, pkgutil and others ask for it and run nothing of it. */
#include <string.h>

#include "launcher.h"
#include "python-modules.h"

static const char importlib[] = "<frozen importlib._bootstrap";

static bool is_one_of(const char *text, const char *const *texts, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(text, texts[i]) == 0)
			return true;
	return false;
}

static bool is_importlib(const char *path)
{
	return strncmp(path, importlib, sizeof(importlib) - 1) == 0;
}

static bool is_reader(const char *path)
{
	static const size_t folder = sizeof(PYTHON_STDLIB) - 1;

	return strncmp(path, PYTHON_STDLIB "/", folder + 1) == 0 &&
	       is_one_of(path + folder, ipe_python_reading_modules,
			 sizeof(ipe_python_reading_modules) / sizeof(char *));
}

enum answer {
	GO_ON,
	IS_DATA,
	IS_CODE
};

/* What a function that waits for the content says of it, from the innermost on. */
static enum answer ask_function(const char *path, const char *function, bool *found_reader)
{
	static const char *const loaders[] = { "get_code", "exec_module", "load_module" };
	static const char *const getters[] = { "get_data", "get_source" };

	if (is_one_of(function, loaders, sizeof(loaders) / sizeof(char *)))
		return IS_CODE;
	if (is_importlib(path)) {
		/* The body of a module, whose import is over as far as this is concerned. */
		if (strcmp(function, "_call_with_frames_removed") == 0)
			return *found_reader ? IS_DATA : IS_CODE;
		return is_one_of(function, getters, sizeof(getters) / sizeof(char *)) ? GO_ON
										      : IS_CODE;
	}
	if (!*found_reader && !is_reader(path))
		return IS_CODE;
	*found_reader = true;
	return GO_ON;
}

static enum answer ask_frame(PyFrameObject *frame, bool *found_reader)
{
	PyCodeObject *code = PyFrame_GetCode(frame);
	const char *path = PyUnicode_AsUTF8(code->co_filename);
	const char *function = path ? PyUnicode_AsUTF8(code->co_name) : NULL;
	enum answer answer = IS_CODE;

	if (function)
		answer = ask_function(path, function, found_reader);
	else
		PyErr_Clear();
	Py_DECREF(code);
	return answer;
}

bool ipe_only_reads(void)
{
	PyFrameObject *frame = PyEval_GetFrame();
	bool found_reader = false;
	enum answer answer = GO_ON;

	Py_XINCREF(frame);
	while (frame && answer == GO_ON) {
		PyFrameObject *caller = PyFrame_GetBack(frame);

		answer = ask_frame(frame, &found_reader);
		Py_DECREF(frame);
		frame = caller;
	}
	Py_XDECREF(frame);
	return answer != IS_CODE && found_reader;
}
