/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * --strict: only what a judged file holds becomes code. What was judged is kept, so that the bytes
 * that reach compile() and marshal are compared with it and not a name that goes with them.
 */
#include <string.h>

#include "launcher.h"

/* Importlib's header of byte code: magic number, flags, and time and size or a hash (PEP 552). */
#define BYTE_CODE_HEADER 16

/* The content of judged files: a set of bytes. */
static PyObject *known;

static bool is_byte_code(PyObject *path)
{
	const char *name = PyUnicode_Check(path) ? PyUnicode_AsUTF8(path) : NULL;
	size_t len = name ? strlen(name) : 0;

	PyErr_Clear();
	return len > 4 && !strcmp(name + len - 4, ".pyc");
}

int ipe_note_judged(PyObject *content, PyObject *path)
{
	PyObject *code = NULL;
	int result = -1;

	if (!known)
		known = PySet_New(NULL);
	if (!known)
		return -1;
	if (is_byte_code(path) && PyBytes_GET_SIZE(content) > BYTE_CODE_HEADER)
		code = PyBytes_FromStringAndSize(PyBytes_AS_STRING(content) + BYTE_CODE_HEADER,
						 PyBytes_GET_SIZE(content) - BYTE_CODE_HEADER);
	else
		Py_XINCREF(code = content);
	if (code)
		result = PySet_Add(known, code);
	Py_XDECREF(code);
	return result;
}

/*
 * The standard library's own makers of code. Two read it by the hook themselves, from archives and
 * .pth files; the others are given names and annotations by code that was judged.
 */
static const char *const makers[] = {
	"<frozen zipimport>",
	"<frozen site>",
	PYTHON_STDLIB "/site.py",
	PYTHON_STDLIB "/collections/__init__.py",
	PYTHON_STDLIB "/dataclasses.py",
	PYTHON_STDLIB "/types.py",
	PYTHON_STDLIB "/typing.py",
};

static bool is_asked_by_maker(void)
{
	return ipe_is_asked_by(makers, sizeof(makers) / sizeof(*makers));
}

/* 1 if the object is what a judged file holds, 0 if not, -1 with an exception. */
static int is_known(PyObject *source)
{
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

static int refuse(void)
{
	static const struct ipe_check check = { .reason = IPE_REASON_INLINE };

	ipe_raise_refused(&check, NULL);
	return -1;
}

static int judge_source(PyObject *arguments)
{
	PyObject *source = PyTuple_Size(arguments) > 0 ? PyTuple_GetItem(arguments, 0) : NULL;
	int result;

	if (!source)
		return refuse();
	/* None: the parser reads a file that was judged when it was opened, or standard input. */
	if (source == Py_None)
		return 0;
	result = is_known(source);
	if (result < 0)
		return -1;
	return result || is_asked_by_maker() ? 0 : refuse();
}

/* Modules that are frozen into the interpreter are a part of it. */
static int judge_byte_code(PyObject *arguments)
{
	static const char *const importlib = "<frozen importlib._bootstrap>";

	if (!PyEval_GetFrame() || ipe_is_asked_by(&importlib, 1))
		return 0;
	return judge_source(arguments);
}

int ipe_audit_strictly(const char *event, PyObject *arguments)
{
	if (!strcmp(event, "compile"))
		return judge_source(arguments);
	if (!strcmp(event, "marshal.loads") || !strcmp(event, "marshal.load"))
		return judge_byte_code(arguments);
	if (!strcmp(event, "code.__new__"))
		return is_asked_by_maker() ? 0 : refuse();
	return 0;
}
