/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Judged files as objects of Python, for the module and for the launcher. */
#ifndef IPE_PYTHON_LOAD_H
#define IPE_PYTHON_LOAD_H

#include "cpython.h"
#include <ipe-enlighten.h>

/* An errno as OSError; @path may be NULL. A signal handler's exception goes before EINTR. */
PyObject *ipe_py_raise_errno(int error, PyObject *path);

/*
 * Opens and judges without the GIL: a descriptor, or a negative errno, -EACCES with a reason in
 * @check if the file is refused. @path is bytes.
 */
int ipe_py_open(PyObject *path, int dir_fd, struct ipe_check *check);

/*
 * Judges and reads all of @fd without the GIL: bytes, None if it is refused, NULL with OSError.
 * The bytes are what was judged, the whole file, and at most @limit.
 */
PyObject *ipe_py_load(int fd, Py_ssize_t limit, struct ipe_check *check);

#endif
