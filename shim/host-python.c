/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * CPython 3.8 and later. Imports come through the open_code hook of PEP 578. The main script and
 * PYTHONSTARTUP do not: CPython opens them with fopen(3), which it uses for nothing else but the few
 * files below. A module without source is opened like data, and told by its suffix. Commands,
 * standard input and prompts are announced by audit events.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "rules.h"

typedef struct ipe_py_object PyObject;
typedef PyObject *(*open_code_hook)(PyObject *path, void *data);
typedef int (*audit_hook)(const char *event, PyObject *arguments, void *data);

#define IPE_HOST_DEF "host-python.def"
#include "host-symbols.h"

static bool allows_file(PyObject *file, PyObject *path)
{
	PyObject *name = PyUnicode_EncodeFSDefault(path);
	int fd = PyObject_AsFileDescriptor(file);
	bool allowed = false;

	if (name && fd >= 0) {
		allowed = ipe_host_allows_fd(fd, PyBytes_AsString(name));
		if (!allowed)
			PyErr_SetFromErrnoWithFilenameObject(PyExc_OSError, path);
	}
	Py_DecRef(name);
	return allowed;
}

/* What io.open_code() does without a hook, and the verdict. */
static PyObject *open_code(PyObject *path, void *data)
{
	PyObject *io = PyImport_ImportModule("_io");
	PyObject *file = io ? PyObject_CallMethod(io, "open", "Os", path, "rb") : NULL;

	(void)data;
	Py_DecRef(io);
	if (!file || allows_file(file, path))
		return file;
	Py_DecRef(file);
	return NULL;
}

/* What the table says of a module that is run as a program. */
static bool takes_code(PyObject *module)
{
	PyObject *name = PyUnicode_EncodeFSDefault(module);
	bool answer = !name || ipe_module_takes_code(ipe_find_module(ipe_find_rules("python"),
								     PyBytes_AsString(name)));

	Py_DecRef(name);
	return answer;
}

static bool allows(const char *event, PyObject *arguments)
{
	static const char prefix[] = "cpython.run_";

	if (strncmp(event, prefix, sizeof(prefix) - 1) != 0)
		return true;
	event += sizeof(prefix) - 1;
	if (strcmp(event, "command") == 0)
		return ipe_host_allows_inline("-c");
	if (strcmp(event, "stdin") == 0)
		return ipe_host_allows_stdin(STDIN_FILENO, "standard input");
	if (strcmp(event, "interactivehook") == 0)
		return ipe_host_allows_inline("the prompt");
	if (strcmp(event, "module") == 0 && takes_code(PyTuple_GetItem(arguments, 0)))
		return ipe_host_allows_inline("-m");
	return true;
}

static int audit(const char *event, PyObject *arguments, void *data)
{
	(void)data;
	if (allows(event, arguments))
		return 0;
	PyErr_SetFromErrno(PyExc_OSError);
	return -1;
}

static bool install(void)
{
	return PyFile_SetOpenCodeHook(open_code, NULL) == 0 && PySys_AddAuditHook(audit, NULL) == 0;
}

/* The kernel judges a library itself; the others only say where modules are looked for. */
static bool is_no_code(const char *path)
{
	static const char configuration[] = "pyvenv.cfg";
	size_t len = strlen(path);

	return ipe_host_has_suffix(path, "so") || ipe_host_has_suffix(path, "_pth") ||
	       (len >= sizeof(configuration) - 1 &&
		strcmp(path + len - (sizeof(configuration) - 1), configuration) == 0);
}

static enum ipe_class classify(const struct ipe_open *open)
{
	if (ipe_host_has_suffix(open->path, "pyc"))
		return IPE_CLASS_CODE;
	if (open->call == IPE_CALL_STREAM && !is_no_code(open->path))
		return IPE_CLASS_CODE;
	return IPE_CLASS_DATA;
}

const struct ipe_host ipe_host_python = {
	.name = "python3",
	.programs = "python",
	IPE_HOST_SYMBOLS,
	.install = install,
	.classify = classify,
};
