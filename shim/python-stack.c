/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "python-stack.h"

#include <string.h>
#include <sys/types.h>

#define IPE_HOST_DEF "host-python.def"
#include "host-declare.h"

const struct ipe_rules *ipe_python_rules;

static const char importlib[] = "<frozen importlib._bootstrap";

bool ipe_python_is_importlib(const char *path)
{
	return strncmp(path, importlib, sizeof(importlib) - 1) == 0;
}

enum ipe_module ipe_python_find_module(const char *path)
{
	char name[64] = { 0 };
	size_t len = strcspn(path, "./");

	if (len >= sizeof(name))
		return IPE_MODULE_HARMLESS;
	memcpy(name, path, len);
	return ipe_find_module(ipe_python_rules, name);
}

const char *ipe_python_in_library(const char *path)
{
	static const char folder[] = "/python3";
	const char *found = NULL;

	for (const char *at = path; (at = strstr(at, folder)); at++)
		found = at;
	found = found ? strchr(found + 1, '/') : NULL;
	return found ? found + 1 : NULL;
}

/* What a code object says of itself, as bytes; NULL if that is none. */
static PyObject *text_of(PyObject *code, const char *attribute)
{
	PyObject *name = code ? PyObject_GetAttrString(code, attribute) : NULL;
	PyObject *bytes = name ? PyUnicode_EncodeFSDefault(name) : NULL;

	Py_DecRef(name);
	if (!bytes)
		PyErr_Clear();
	return bytes;
}

PyObject *ipe_python_file_of(PyObject *code)
{
	return text_of(code, "co_filename");
}

/* The attribute f_code is the same, but reading it is an audit event of its own. */
static PyObject *file_of_frame(PyObject *frame)
{
	PyObject *code = frame ? PyFrame_GetCode(frame) : NULL;
	PyObject *file = ipe_python_file_of(code);

	Py_DecRef(code);
	return file;
}

/* The same of the function that runs. */
PyObject *ipe_python_file_that_runs(void)
{
	return file_of_frame(PyEval_GetFrame());
}

/* What the table says of the module of Python's library that a file is. */
enum ipe_module ipe_python_module_of(const char *path)
{
	const char *in = ipe_python_in_library(path);

	return in ? ipe_python_find_module(in) : IPE_MODULE_HARMLESS;
}

static bool is_named_as_loader(const char *function)
{
	return strcmp(function, "get_code") == 0 || strcmp(function, "exec_module") == 0 ||
	       strcmp(function, "load_module") == 0;
}

/*
 * What one of the functions that wait for a file's content says of it. importlib and other loaders run
 * what they read, but where somebody else asks them for it, who runs it as well unless the table knows
 * better. The body of a module that is run at last is no part of that.
 */
static enum ipe_class class_by_function(const char *path, const char *function, bool is_reader)
{
	enum ipe_module module = is_reader ? ipe_python_module_of(path) : IPE_MODULE_READS;

	if (is_named_as_loader(function))
		return IPE_CLASS_CODE;
	if (ipe_python_is_importlib(path) && strcmp(function, "_call_with_frames_removed") == 0)
		return is_reader ? IPE_CLASS_CODE : IPE_CLASS_DATA;
	if (ipe_python_is_importlib(path))
		return strcmp(function, "get_data") == 0 || strcmp(function, "get_source") == 0
			       ? IPE_CLASS_UNTOLD
			       : IPE_CLASS_CODE;
	return module == IPE_MODULE_COMPILES || module == IPE_MODULE_READS ? IPE_CLASS_UNTOLD
									   : IPE_CLASS_CODE;
}

/* The first function that is not importlib's is who reads. */
static enum ipe_class class_by_frame(PyObject *frame, bool *is_reader)
{
	PyObject *code = PyFrame_GetCode(frame), *file = ipe_python_file_of(code);
	PyObject *name = text_of(code, "co_name");
	enum ipe_class class = IPE_CLASS_CODE;

	if (file && name) {
		class = class_by_function(PyBytes_AsString(file), PyBytes_AsString(name),
					  *is_reader);
		*is_reader = *is_reader && ipe_python_is_importlib(PyBytes_AsString(file));
	}
	Py_DecRef(name);
	Py_DecRef(file);
	Py_DecRef(code);
	return class;
}

/* Whether nothing runs what get_data() reads. */
static bool is_got_as_data(void)
{
	PyObject *frame = PyEval_GetFrame();
	enum ipe_class class = IPE_CLASS_UNTOLD;
	bool is_reader = true;

	Py_IncRef(frame);
	while (frame && class == IPE_CLASS_UNTOLD) {
		PyObject *caller = PyFrame_GetBack(frame);

		class = class_by_frame(frame, &is_reader);
		Py_DecRef(frame);
		frame = caller;
	}
	Py_DecRef(frame);
	return class != IPE_CLASS_CODE && !is_reader;
}

/* By importlib for who asks for it, or by a module that only reads what others run. */
bool ipe_python_only_reads(void)
{
	PyObject *file = ipe_python_file_that_runs();
	const char *path = file ? PyBytes_AsString(file) : "";
	bool result = ipe_python_is_importlib(path)
			      ? is_got_as_data()
			      : ipe_python_module_of(path) == IPE_MODULE_COMPILES;

	Py_DecRef(file);
	return result;
}
