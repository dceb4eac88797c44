/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What was judged is kept, so that the bytes that reach compile() and marshal are compared with it
 * and not a name that goes with them.
 */
#include "strict.h"

#include <string.h>

/* Importlib's header of byte code: magic number, flags, and time and size or a hash (PEP 552). */
#define BYTE_CODE_HEADER 16

#define CAPSULE		 "ipe_enlighten.judged"

static void forget(PyObject *capsule)
{
	Py_XDECREF((PyObject *)PyCapsule_GetPointer(capsule, CAPSULE));
}

/* In a capsule and untracked: Python code that asks the garbage collector does not find it. */
static PyObject *new_known(PyObject *home)
{
	PyObject *set = PySet_New(NULL);
	PyObject *capsule = set ? PyCapsule_New(set, CAPSULE, forget) : NULL;
	int error;

	if (!capsule) {
		Py_XDECREF(set);
		return NULL;
	}
	PyObject_GC_UnTrack(set);
	error = PyDict_SetItemString(home, CAPSULE, capsule);
	Py_DECREF(capsule);
	return error ? NULL : set;
}

/* The content of judged files, a set of bytes that each interpreter has for itself. Borrowed. */
static PyObject *get_known(bool make)
{
	PyObject *home = PyInterpreterState_GetDict(PyInterpreterState_Get());
	PyObject *capsule = home ? PyDict_GetItemString(home, CAPSULE) : NULL;

	if (capsule)
		return PyCapsule_GetPointer(capsule, CAPSULE);
	if (!home)
		return make ? PyErr_NoMemory() : NULL;
	return make ? new_known(home) : NULL;
}

static bool is_byte_code(PyObject *path)
{
	PyObject *suffix = PyUnicode_Check(path) ? PyUnicode_FromString(".pyc") : NULL;
	bool answer = suffix && PyUnicode_Tailmatch(path, suffix, 0, PY_SSIZE_T_MAX, 1) == 1;

	PyErr_Clear();
	Py_XDECREF(suffix);
	return answer;
}

int ipe_note_judged(PyObject *content, PyObject *path)
{
	PyObject *known = get_known(true), *code = content;
	Py_ssize_t size = PyBytes_Size(content);
	int result = -1;

	if (!known || size < 0)
		return -1;
	if (is_byte_code(path) && size > BYTE_CODE_HEADER)
		code = PyBytes_FromStringAndSize(PyBytes_AsString(content) + BYTE_CODE_HEADER,
						 size - BYTE_CODE_HEADER);
	else
		Py_INCREF(code);
	if (code)
		result = PySet_Add(known, code);
	Py_XDECREF(code);
	return result;
}

/*
 * The standard library's own makers of code. Two read it by the hook themselves, from archives and
 * .pth files; the others are given names and annotations by code that was judged.
 */
static bool is_asked_by_maker(const char *library)
{
	static const char *const makers[] = {
		"<frozen zipimport>",	    "<frozen site>",   "/site.py",  "/annotationlib.py",
		"/collections/__init__.py", "/dataclasses.py", "/types.py", "/typing.py",
	};

	return ipe_is_asked_by(library, makers, sizeof(makers) / sizeof(*makers));
}

/* 1 if the object is what a judged file holds, 0 if not, -1 with an exception. */
static int is_known(PyObject *source)
{
	PyObject *known = get_known(false);
	PyObject *bytes = PyUnicode_Check(source) ? PyUnicode_AsUTF8String(source)
						  : PyBytes_FromObject(source);
	int result;

	if (!bytes) {
		PyErr_Clear();
		return 0;
	}
	result = known ? PySet_Contains(known, bytes) : 0;
	Py_DECREF(bytes);
	return result;
}

static int judge_source(const char *library, PyObject *arguments)
{
	PyObject *source = PyTuple_Size(arguments) > 0 ? PyTuple_GetItem(arguments, 0) : NULL;
	int result;

	if (!source)
		return 0;
	/* None: the parser reads a file that was judged when it was opened, or standard input. */
	if (source == Py_None)
		return 1;
	result = is_known(source);
	return result ? result : is_asked_by_maker(library);
}

/* Modules that are frozen into the interpreter are a part of it. */
static int judge_byte_code(const char *library, PyObject *arguments)
{
	static const char *const importlib = "<frozen importlib._bootstrap>";

	if (!PyEval_GetFrame() || ipe_is_asked_by(library, &importlib, 1))
		return 1;
	return judge_source(library, arguments);
}

/* Before 3.11 marshal tells of each code object in what was judged when it was called. */
static int judge_new_code(const char *library)
{
	static const char *const importlib[] = { "<frozen importlib._bootstrap>",
						 "<frozen importlib._bootstrap_external>" };

	return !PyEval_GetFrame() || ipe_is_asked_by(library, importlib, 2) ||
	       is_asked_by_maker(library);
}

int ipe_judge_event(const char *library, const char *event, PyObject *arguments)
{
	if (!strcmp(event, "compile"))
		return judge_source(library, arguments);
	if (!strcmp(event, "marshal.loads") || !strcmp(event, "marshal.load"))
		return judge_byte_code(library, arguments);
	if (!strcmp(event, "code.__new__"))
		return judge_new_code(library);
	return 1;
}
