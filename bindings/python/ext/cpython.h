/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The interface of Python that we use: the limited one of 3.9, but in the launcher. */
#ifndef IPE_PYTHON_CPYTHON_H
#define IPE_PYTHON_CPYTHON_H

#define PY_SSIZE_T_CLEAN
#ifndef IPE_PYTHON_LAUNCHER
#define Py_LIMITED_API 0x03090000
#endif
#include <Python.h>

#endif
