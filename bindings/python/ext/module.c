/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The library's functions for ipe_enlighten's Python code, which gives them their types: facts come
 * back as tuples of integers, a verdict is never an exception here, errors are OSError.
 *
 * No state: every interpreter and thread may have the module, and the GIL is not held while the
 * kernel answers.
 */
#include "multi_phase.h"

#include <fcntl.h>
#include <unistd.h>

#include "load.h"

PyMODINIT_FUNC PyInit__ipe_enlighten(void);

static PyObject *facts_of(const struct ipe_check *check)
{
	return Py_BuildValue("(iiiiK)", check->verdict, check->reason, check->mmap_probe,
			     check->exec_probe, (unsigned long long)check->size);
}

static int convert_dir_fd(PyObject *arg, void *ret)
{
	int fd = arg == Py_None ? AT_FDCWD : PyObject_AsFileDescriptor(arg);

	*(int *)ret = fd;
	return arg == Py_None || fd >= 0;
}

/* Closes @fd if no object could be made to own it. */
static PyObject *file_owning(int fd)
{
	PyObject *io = PyImport_ImportModule("io");
	PyObject *file = io ? PyObject_CallMethod(io, "FileIO", "is", fd, "rb") : NULL;

	Py_XDECREF(io);
	if (!file)
		close(fd);
	return file;
}

/* The arguments of check_path() and open_code(). */
struct location {
	PyObject *path;
	PyObject *encoded;
	int dir_fd;
};

static bool parse_location(PyObject *args, struct location *ret)
{
	return PyArg_ParseTuple(args, "OO&", &ret->path, convert_dir_fd, &ret->dir_fd) &&
	       PyUnicode_FSConverter(ret->path, &ret->encoded);
}

static int open_judged(const struct location *at, struct ipe_check *check)
{
	int fd = ipe_py_open(at->encoded, at->dir_fd, check);

	Py_DECREF(at->encoded);
	return fd;
}

static bool was_judged(int fd, const struct ipe_check *check)
{
	return fd >= 0 || check->reason != IPE_REASON_UNDECIDED;
}

PyDoc_STRVAR(check_path_doc,
	     "check_path(path, dir_fd, /)\n--\n\nJudge the file at path; return its facts.");

static PyObject *check_path(PyObject *self, PyObject *args)
{
	struct location at = { 0 };
	struct ipe_check check = { 0 };
	int fd;

	(void)self;
	if (!parse_location(args, &at))
		return NULL;
	fd = open_judged(&at, &check);
	if (!was_judged(fd, &check))
		return ipe_py_raise_errno(fd, at.path);
	if (fd >= 0)
		close(fd);
	return facts_of(&check);
}

PyDoc_STRVAR(open_code_doc,
	     "open_code(path, dir_fd, /)\n--\n\n"
	     "Judge the file at path; return (FileIO, facts), or (None, facts) if refused.");

static PyObject *open_code(PyObject *self, PyObject *args)
{
	struct location at = { 0 };
	struct ipe_check check = { 0 };
	PyObject *file = Py_None;
	int fd;

	(void)self;
	if (!parse_location(args, &at))
		return NULL;
	fd = open_judged(&at, &check);
	if (!was_judged(fd, &check))
		return ipe_py_raise_errno(fd, at.path);
	if (fd >= 0)
		file = file_owning(fd);
	else
		Py_INCREF(file);
	return file ? Py_BuildValue("(NN)", file, facts_of(&check)) : NULL;
}

static PyObject *check_descriptor(PyObject *args, int (*check_it)(int, struct ipe_check *))
{
	struct ipe_check check = { 0 };
	PyThreadState *state;
	int error;
	int fd;

	if (!PyArg_ParseTuple(args, "i", &fd))
		return NULL;
	state = PyEval_SaveThread();
	error = check_it(fd, &check);
	PyEval_RestoreThread(state);
	return error < 0 ? ipe_py_raise_errno(error, NULL) : facts_of(&check);
}

PyDoc_STRVAR(check_fd_doc, "check_fd(fd, /)\n--\n\nJudge an open file; return its facts.");

static PyObject *check_fd(PyObject *self, PyObject *args)
{
	(void)self;
	return check_descriptor(args, ipe_check_fd);
}

PyDoc_STRVAR(check_stdin_doc, "check_stdin(fd, /)\n--\n\nJudge standard input; return the facts.");

static PyObject *check_stdin(PyObject *self, PyObject *args)
{
	(void)self;
	return check_descriptor(args, ipe_check_stdin);
}

PyDoc_STRVAR(check_inline_doc,
	     "check_inline()\n--\n\nJudge code that is not in a file; return the facts.");

static PyObject *check_inline(PyObject *self, PyObject *unused)
{
	struct ipe_check check = { 0 };
	PyThreadState *state = PyEval_SaveThread();
	int error = ipe_check_inline(&check);

	(void)self;
	(void)unused;
	PyEval_RestoreThread(state);
	return error < 0 ? ipe_py_raise_errno(error, NULL) : facts_of(&check);
}

PyDoc_STRVAR(load_fd_doc,
	     "load_fd(fd, limit, /)\n--\n\n"
	     "Judge and read an open file; return (bytes, facts), or (None, facts) if refused.");

static PyObject *load_fd(PyObject *self, PyObject *args)
{
	struct ipe_check check = { 0 };
	PyObject *content;
	Py_ssize_t limit;
	int fd;

	(void)self;
	if (!PyArg_ParseTuple(args, "in", &fd, &limit))
		return NULL;
	if (limit < 0)
		return PyErr_Format(PyExc_ValueError, "limit must not be negative");
	content = ipe_py_load(fd, limit, &check);
	return content ? Py_BuildValue("(NN)", content, facts_of(&check)) : NULL;
}

PyDoc_STRVAR(restrictions_doc,
	     "restrictions()\n--\n\n"
	     "Return what is asked of an interpreter, in the order of struct ipe_restrictions.");

static PyObject *restrictions(PyObject *self, PyObject *unused)
{
	struct ipe_restrictions asked;
	PyThreadState *state = PyEval_SaveThread();

	(void)self;
	(void)unused;
	ipe_query_restrictions(&asked);
	PyEval_RestoreThread(state);
	return Py_BuildValue("(NNNNiN)", PyBool_FromLong(asked.restrict_file),
			     PyBool_FromLong(asked.deny_interactive),
			     PyBool_FromLong(asked.exec_check_known),
			     PyBool_FromLong(asked.anonymous_allowed), asked.inline_setting,
			     PyBool_FromLong(asked.bad_configuration));
}

PyDoc_STRVAR(reasons_doc,
	     "reasons()\n--\n\nReturn a list of (name, advice), indexed by the reason's number.");

static PyObject *reasons(PyObject *self, PyObject *unused)
{
	PyObject *list = PyList_New(0);

	(void)self;
	(void)unused;
	for (unsigned int i = 0; list && i < ipe_reason_count(); i++) {
		PyObject *entry = Py_BuildValue("(ss)", ipe_reason_name(i), ipe_reason_advice(i));

		if (!entry || PyList_Append(list, entry) < 0)
			Py_CLEAR(list);
		Py_XDECREF(entry);
	}
	return list;
}

static PyMethodDef methods[] = {
	{ "check_path", check_path, METH_VARARGS, check_path_doc },
	{ "check_fd", check_fd, METH_VARARGS, check_fd_doc },
	{ "check_stdin", check_stdin, METH_VARARGS, check_stdin_doc },
	{ "check_inline", check_inline, METH_NOARGS, check_inline_doc },
	{ "open_code", open_code, METH_VARARGS, open_code_doc },
	{ "load_fd", load_fd, METH_VARARGS, load_fd_doc },
	{ "restrictions", restrictions, METH_NOARGS, restrictions_doc },
	{ "reasons", reasons, METH_NOARGS, reasons_doc },
	{ 0 },
};

static struct PyModuleDef definition = {
	PyModuleDef_HEAD_INIT,
	.m_name = "ipe_enlighten._ipe_enlighten",
	.m_doc = "libipe-enlighten's functions, without types.",
	.m_methods = methods,
};

PyMODINIT_FUNC PyInit__ipe_enlighten(void)
{
	static PyModuleDef_Slot slots[2];

	return ipe_init_multi_phase(&definition, slots);
}
