/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * CPython 3.9 and later. Imports come through the open_code hook of PEP 578. The main script and
 * PYTHONSTARTUP do not: CPython opens them with fopen(3), which it uses for nothing else but the few
 * files below. A module without source is opened like data, and told by its suffix or by who opens it.
 * Commands, standard input, prompts, opens and what is executed are announced by audit events.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "python-stack.h"
#include "shim.h"

#define IPE_HOST_DEF "host-python.def"
#include "host-symbols.h"

/* Of this thread: what is opened next, as far as it is known, and whether that is judged already. */
static __thread enum ipe_class announced __attribute__((tls_model("initial-exec")));
static __thread bool is_judging __attribute__((tls_model("initial-exec")));

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

static int audit(const char *event, PyObject *arguments, void *data);

/*
 * Not before Python has chosen its allocators, or "-X dev" frees the hook by another one than it was
 * made by. Until the first file is opened nothing runs but what is frozen into the program.
 */
static bool is_audited(void)
{
	static bool installed;

	if (!installed)
		installed = PySys_AddAuditHook(audit, NULL) == 0;
	return installed;
}

/* What io.open_code() does without a hook, and the verdict. */
static PyObject *open_code(PyObject *path, void *data)
{
	PyObject *io = is_audited() ? PyImport_ImportModule("_io") : NULL;
	PyObject *file;

	(void)data;
	is_judging = true;
	file = io ? PyObject_CallMethod(io, "open", "Os", path, "rb") : NULL;
	is_judging = false;
	Py_DecRef(io);
	if (!file || ipe_python_only_reads() || allows_file(file, path))
		return file;
	Py_DecRef(file);
	return NULL;
}

/* An import is no run: that does not give the module anything to interpret. */
static bool is_import(void)
{
	PyObject *file = ipe_python_file_that_runs();
	bool result = file && ipe_python_is_importlib(PyBytes_AsString(file));

	Py_DecRef(file);
	return result;
}

/* What the table says of a module that is run as a program. */
static bool takes_code(PyObject *module)
{
	PyObject *name = PyUnicode_EncodeFSDefault(module);
	bool answer =
		!name || ipe_module_takes_code(ipe_python_find_module(PyBytes_AsString(name)));

	Py_DecRef(name);
	return answer;
}

/* Run by runpy, or by what runs others as the main program, as profilers do. */
static bool runs_what_takes_code(PyObject *code)
{
	PyObject *file = ipe_python_file_of(code);
	const char *module = file ? ipe_python_in_library(PyBytes_AsString(file)) : NULL;
	/* Of a package just what runs as the main program. */
	bool result = module && ipe_module_takes_code(ipe_python_find_module(module)) &&
		      (!strchr(module, '/') || strstr(module, "/__main__.py")) && !is_import();

	Py_DecRef(file);
	return result;
}

/* Whether the function that runs calls one of these by its name. */
static bool runs_what_it_reads(void)
{
	static const char *const names[] = { "'exec'", "'eval'", "'compile'", "'__import__'" };
	PyObject *frame = PyEval_GetFrame();
	PyObject *code = frame ? PyFrame_GetCode(frame) : NULL;
	PyObject *tuple = code ? PyObject_GetAttrString(code, "co_names") : NULL;
	PyObject *text = tuple ? PyObject_Repr(tuple) : NULL;
	PyObject *bytes = text ? PyUnicode_EncodeFSDefault(text) : NULL;
	bool result = !bytes;

	for (size_t i = 0; bytes && i < sizeof(names) / sizeof(names[0]); i++)
		result |= strstr(PyBytes_AsString(bytes), names[i]) != NULL;
	Py_DecRef(bytes);
	Py_DecRef(text);
	Py_DecRef(tuple);
	Py_DecRef(code);
	return result;
}

/*
 * Text that a program with Python in it has run: Vim's py3file makes some that reads a file and runs it,
 * "exec(compile(open(FILE, 'rb').read(), FILE, 'exec'))". What else reads in such text reads data.
 */
static bool is_of_embedding_program(const char *path)
{
	return strncmp(path, "<string>", strlen("<string>")) == 0 &&
	       ipe_shim.rules != ipe_python_rules && runs_what_it_reads();
}

/*
 * A module without source, whatever its suffix, and what a tool of Python's reads, are code; what else
 * a function opens is data, byte code that is packed or copied, or of which compileall wants to know how
 * old it is, as well.
 */
static enum ipe_class class_by_opener(void)
{
	PyObject *file = is_judging ? NULL : ipe_python_file_that_runs();
	const char *path = file ? PyBytes_AsString(file) : "";
	enum ipe_module module = ipe_python_module_of(path);
	enum ipe_class class = file ? IPE_CLASS_DATA : IPE_CLASS_UNTOLD;

	if (ipe_python_is_importlib(path) || is_of_embedding_program(path) ||
	    module >= IPE_MODULE_FILES)
		class = IPE_CLASS_CODE;
	Py_DecRef(file);
	return class;
}

static bool allows(const char *event, PyObject *arguments)
{
	static const char prefix[] = "cpython.run_";

	if (strcmp(event, "open") == 0)
		announced = class_by_opener();
	if (strcmp(event, "exec") == 0 && runs_what_takes_code(PyTuple_GetItem(arguments, 0)))
		return ipe_host_allows_inline("a module that interprets what it is given");
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
	ipe_python_rules = ipe_find_rules("python");
	return PyFile_SetOpenCodeHook(open_code, NULL) == 0;
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
	enum ipe_class class = announced;

	announced = IPE_CLASS_UNTOLD;
	/* Python's own functions open without a word to the hook. */
	if (class == IPE_CLASS_CODE || (class == IPE_CLASS_DATA && open->call != IPE_CALL_STREAM))
		return class;
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
