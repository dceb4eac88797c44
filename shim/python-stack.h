/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which functions of Python wait for what it does in C, by the files that their code is of. */
#ifndef IPE_SHIM_PYTHON_STACK_H
#define IPE_SHIM_PYTHON_STACK_H

#include <stdbool.h>

#include "rules.h"

typedef struct ipe_py_object PyObject;
typedef PyObject *(*open_code_hook)(PyObject *path, void *data);
typedef int (*audit_hook)(const char *event, PyObject *arguments, void *data);

/* Python's own, whatever the program. The adapter fills it in. */
extern const struct ipe_rules *ipe_python_rules;

/* The file of a code object, and of the function that runs, as bytes; NULL if there is none. */
PyObject *ipe_python_file_of(PyObject *code);
PyObject *ipe_python_file_that_runs(void);

/* @path is of importlib, which is a part of the program. */
bool ipe_python_is_importlib(const char *path);

/* What follows the folder of Python's own library in a path; NULL if it is not in there. */
const char *ipe_python_in_library(const char *path);

/* What the table says of a module, by its name or its file in the library; and by any file's path. */
enum ipe_module ipe_python_find_module(const char *name);
enum ipe_module ipe_python_module_of(const char *path);

/* What open_code() opens now is read by importlib for who asks for it, or by a module that runs no code. */
bool ipe_python_only_reads(void);

#endif
