/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is in place before the interpreter starts. Python asks in four ways before it runs code:
 * it opens files by the open_code hook (open_code.c), by fopen() where that is C code (stdio.c), by
 * FileLoader.get_data() for byte code without a source (open_code.c), and it raises audit events
 * (audit.c).
 */
#ifndef IPE_PYTHON_LAUNCHER_H
#define IPE_PYTHON_LAUNCHER_H

#include "../ext/load.h"
#include "../ext/strict.h"

/* Set before the interpreter starts, never after. */
extern bool ipe_strict;

/* For PyFile_SetOpenCodeHook(): a stream of judged content, as io.open_code() returns it. */
PyObject *ipe_open_code_hook(PyObject *path, void *unused);

/* The content of a judged file as bytes. */
PyObject *ipe_load_path(PyObject *path);

/* Whether nothing runs what the function that runs has read by a loader or by io.open_code(). */
bool ipe_only_reads(void);

/* Puts the gate into importlib; -1 with an exception while that is not there. */
int ipe_gate_loaders(void);

/* For PySys_AddAuditHook(). */
int ipe_audit_hook(const char *event, PyObject *arguments, void *unused);

/* Before readline looks for its file of keys: 0, or -1 with errno. */
int ipe_judge_keys(void);

/* Before a program is started, which gets the environment as it was. */
int ipe_restore_keys(void);

/* Raises PermissionError with reason and advice; returns NULL. @what may be NULL. */
PyObject *ipe_raise_refused(const struct ipe_check *check, PyObject *what);

/* A line on standard error, for where an exception does not reach the user. */
void ipe_tell_refused(const char *path, const struct ipe_check *check);

#endif
