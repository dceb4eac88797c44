/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <errno.h>
#include <sys/stat.h>

#include "load.h"

PyObject *ipe_py_raise_errno(int error, PyObject *path)
{
	if (PyErr_Occurred())
		return NULL;
	errno = -error;
	return PyErr_SetFromErrnoWithFilenameObject(PyExc_OSError, path);
}

/* Opening can block, on a network file system for one, and be interrupted. */
int ipe_py_open(PyObject *path, int dir_fd, struct ipe_check *check)
{
	const char *name = PyBytes_AsString(path);
	int fd;

	do {
		PyThreadState *state = PyEval_SaveThread();

		fd = ipe_open_code(dir_fd, name, check);
		PyEval_RestoreThread(state);
	} while (fd == -EINTR && PyErr_CheckSignals() == 0);
	return fd;
}

/* 0 for what is larger than @limit: ipe_load_fd() refuses that before it reads. */
static int size_to_load(int fd, Py_ssize_t limit, Py_ssize_t *ret_size)
{
	PyThreadState *state = PyEval_SaveThread();
	struct stat st;
	int error = fstat(fd, &st) < 0 ? -errno : 0;

	PyEval_RestoreThread(state);
	if (error == 0)
		*ret_size = S_ISREG(st.st_mode) && st.st_size <= limit ? (Py_ssize_t)st.st_size : 0;
	return error;
}

/* Loads all of @fd into @content, which has the size that the file had a moment ago. */
static int load_into(PyObject *content, int fd, size_t limit, struct ipe_check *check)
{
	char *buf = PyBytes_AsString(content);
	size_t size = (size_t)PyBytes_Size(content);
	PyThreadState *state = PyEval_SaveThread();
	size_t len;
	int error = ipe_load_fd(fd, buf, size, &len, check);
	bool grew, shrank;

	PyEval_RestoreThread(state);
	if (error < 0)
		return error;
	grew = check->reason == IPE_REASON_TOO_LARGE && check->size <= limit;
	shrank = check->verdict == IPE_ALLOW && len != size;
	if (grew || shrank) {
		check->verdict = IPE_DENY;
		check->reason = IPE_REASON_CHANGED;
	}
	return 0;
}

PyObject *ipe_py_load(int fd, Py_ssize_t limit, struct ipe_check *check)
{
	PyObject *content;
	Py_ssize_t size = 0;
	int error = size_to_load(fd, limit, &size);

	if (error < 0)
		return ipe_py_raise_errno(error, NULL);
	content = PyBytes_FromStringAndSize(NULL, size);
	if (!content)
		return NULL;
	error = load_into(content, fd, (size_t)limit, check);
	if (error == 0 && check->verdict == IPE_ALLOW)
		return content;
	Py_DECREF(content);
	if (error < 0)
		return ipe_py_raise_errno(error, NULL);
	Py_INCREF(Py_None);
	return Py_None;
}
