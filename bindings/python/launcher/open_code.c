/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Code that importlib, zipimport and runpy read. What they get is the content that was judged. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "launcher.h"

/* It takes a refused archive for one that it cannot read, and says nothing. */
static const char *const zipimport = "<frozen zipimport>";

static PyObject *refuse(PyObject *path, PyObject *encoded, const struct ipe_check *check)
{
	if (ipe_is_asked_by(PYTHON_STDLIB, &zipimport, 1))
		ipe_tell_refused(PyBytes_AsString(encoded), check);
	return ipe_raise_refused(check, path);
}

/* A FIFO must not keep us waiting; it is refused when it is read. */
static int open_file(PyObject *encoded)
{
	const char *name = PyBytes_AsString(encoded);
	int fd;

	do {
		Py_BEGIN_ALLOW_THREADS fd =
			open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
		if (fd < 0)
			fd = -errno;
		Py_END_ALLOW_THREADS
	} while (fd == -EINTR && PyErr_CheckSignals() == 0);
	return fd;
}

static PyObject *load_encoded(PyObject *path, PyObject *encoded)
{
	struct ipe_check check = { 0 };
	PyObject *content;
	int fd = open_file(encoded);

	if (fd < 0)
		return ipe_py_raise_errno(fd, path);
	content = ipe_py_load(fd, PY_SSIZE_T_MAX, &check);
	close(fd);
	if (content == Py_None) {
		Py_DECREF(content);
		return refuse(path, encoded, &check);
	}
	if (content && ipe_strict && ipe_note_judged(content, path) < 0)
		Py_CLEAR(content);
	return content;
}

PyObject *ipe_load_path(PyObject *path)
{
	PyObject *encoded, *content;

	if (!PyUnicode_FSConverter(path, &encoded))
		return NULL;
	content = load_encoded(path, encoded);
	Py_DECREF(encoded);
	return content;
}

/* What is not run. */
static PyObject *read_data(PyObject *path)
{
	PyObject *io = PyImport_ImportModule("_io"), *stream = NULL, *content = NULL,
		 *closed = NULL;

	if (io)
		stream = PyObject_CallMethod(io, "open", "Os", path, "rb");
	if (stream)
		content = PyObject_CallMethod(stream, "read", NULL);
	if (content)
		closed = PyObject_CallMethod(stream, "close", NULL);
	if (!closed)
		Py_CLEAR(content);
	Py_XDECREF(closed);
	Py_XDECREF(stream);
	Py_XDECREF(io);
	return content;
}

PyObject *ipe_open_code_hook(PyObject *path, void *unused)
{
	PyObject *content = ipe_only_reads() ? read_data(path) : ipe_load_path(path);
	PyObject *io, *stream = NULL;

	(void)unused;
	if (!content)
		return NULL;
	io = PyImport_ImportModule("_io");
	if (io)
		stream = PyObject_CallMethod(io, "BytesIO", "O", content);
	Py_XDECREF(io);
	Py_DECREF(content);
	return stream;
}

static PyObject *get_data(PyObject *module, PyObject *arguments)
{
	PyObject *loader, *path;

	(void)module;
	if (!PyArg_ParseTuple(arguments, "OO:get_data", &loader, &path))
		return NULL;
	return ipe_only_reads() ? read_data(path) : ipe_load_path(path);
}

static PyMethodDef get_data_method = { "get_data", get_data, METH_VARARGS,
				       "Return the content of a judged file as bytes." };

/*
 * Python before the fix of CVE-2026-2297 opens byte code without a source by FileIO and not by the
 * hook. FileLoader.get_data() is where all files of modules are read.
 */
static int replace_get_data(PyObject *importlib)
{
	PyObject *loader = PyObject_GetAttrString(importlib, "FileLoader");
	PyObject *function = PyCFunction_New(&get_data_method, NULL);
	PyObject *method = function ? PyInstanceMethod_New(function) : NULL;
	int result = -1;

	if (loader && method)
		result = PyObject_SetAttrString(loader, "get_data", method);
	Py_XDECREF(loader);
	Py_XDECREF(function);
	Py_XDECREF(method);
	return result;
}

int ipe_gate_loaders(void)
{
	PyObject *modules = PyImport_GetModuleDict(), *importlib = NULL;

	if (modules)
		importlib = PyDict_GetItemString(modules, "_frozen_importlib_external");
	if (importlib)
		return replace_get_data(importlib);
	PyErr_SetString(PyExc_ImportError, "ipe-python3: there is no importlib to be gated");
	return -1;
}
