/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* --strict, for the launcher and for ipe-check --run: only what a judged file holds becomes code. */
#ifndef IPE_PYTHON_STRICT_H
#define IPE_PYTHON_STRICT_H

#include "cpython.h"

#include <stdbool.h>

/*
 * Whether the Python code that runs is of one of these files. Those whose names begin with a slash
 * are of the standard library, which lies in @library.
 */
bool ipe_is_asked_by(const char *library, const char *const *files, size_t count);

/* Notes the content of a judged file, for this interpreter; -1 with an exception. */
int ipe_note_judged(PyObject *content, PyObject *path);

/* 1 if an audit event may go on, 0 if it makes code that no judged file holds, -1 with an exception. */
int ipe_judge_event(const char *library, const char *event, PyObject *arguments);

#endif
