/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Code that is in no file, or that Python's own tools read as data. */
#include <string.h>
#include <unistd.h>

#include "launcher.h"
#include "python-modules.h"

static int judged(int error, const struct ipe_check *check)
{
	if (error == 0 && check->verdict == IPE_ALLOW)
		return 0;
	if (error < 0)
		ipe_py_raise_errno(error, NULL);
	else
		ipe_raise_refused(check, NULL);
	return -1;
}

static int judge_inline(void)
{
	struct ipe_check check = { 0 };
	int error = ipe_check_inline(&check);

	return judged(error, &check);
}

static int judge_stdin(void)
{
	struct ipe_check check = { 0 };
	int error = ipe_check_stdin(STDIN_FILENO, &check);

	/* Only a regular file has a size; a strict interpreter runs nothing else. */
	if (ipe_strict && error == 0 && check.verdict == IPE_ALLOW && !check.size)
		check = (struct ipe_check){ .reason = IPE_REASON_INLINE };
	return judged(error, &check);
}

/* Statements of a prompt, which -i brings up without another event where there is no site. */
static int judge_statement(PyObject *arguments)
{
	PyObject *code = PyTuple_Size(arguments) > 0 ? PyTuple_GetItem(arguments, 0) : NULL;
	const char *name;

	if (!code || !PyCode_Check(code))
		return 0;
	name = PyUnicode_AsUTF8(((PyCodeObject *)code)->co_filename);
	if (!name) {
		PyErr_Clear();
		return 0;
	}
	if (!strcmp(name, "<stdin>") || !strncmp(name, "<python-input", strlen("<python-input")))
		return judge_stdin();
	return 0;
}

/* Each interpreter has loaders of its own. */
static int gate_loaders_once(bool now)
{
	static const char *const done = "ipe_enlighten.gated";
	PyObject *home = PyInterpreterState_GetDict(PyInterpreterState_Get());

	if (home && PyDict_GetItemString(home, done))
		return 0;
	if (home && ipe_gate_loaders() == 0)
		return PyDict_SetItemString(home, done, Py_True);
	/* importlib imports nothing from files before its external part is complete. */
	if (now)
		return -1;
	PyErr_Clear();
	return 0;
}

/* A prompt that may not be given. Only SystemExit keeps Python from it. */
static int judge_prompt(void)
{
	if (judge_stdin() == 0)
		return 0;
	PyErr_PrintEx(0);
	PyErr_SetObject(PyExc_SystemExit, Py_True);
	return -1;
}

/* asyncio, asyncio.__main__ and asyncio/__main__.py are in asyncio. */
static bool is_in_package(const char *name, const char *package)
{
	size_t len = strlen(package);

	return strncmp(name, package, len) == 0 && (!name[len] || strchr("./", name[len]));
}

static bool is_code_module(const char *name)
{
	for (size_t i = 0; i < sizeof(ipe_python_code_modules) / sizeof(char *); i++)
		if (is_in_package(name, ipe_python_code_modules[i]))
			return true;
	return false;
}

/* Modules that interpret their arguments, or what is typed at a prompt of theirs. */
static int judge_module(PyObject *arguments)
{
	PyObject *module = PyTuple_Size(arguments) > 0 ? PyTuple_GetItem(arguments, 0) : NULL;
	const char *name;

	if (!module || !PyUnicode_Check(module))
		return 0;
	name = PyUnicode_AsUTF8(module);
	if (!name)
		return -1;
	return is_code_module(name) ? judge_inline() : 0;
}

/* The same where another module runs it as the main program, as profilers do. */
static int judge_inner_module(PyObject *arguments)
{
	static const char *const importlib[] = { "<frozen importlib._bootstrap>" };
	static const size_t folder = sizeof(PYTHON_STDLIB) - 1;
	PyObject *code = PyTuple_Size(arguments) > 0 ? PyTuple_GetItem(arguments, 0) : NULL;
	const char *name;

	if (!code || !PyCode_Check(code))
		return 0;
	name = PyUnicode_AsUTF8(((PyCodeObject *)code)->co_filename);
	if (!name)
		PyErr_Clear();
	if (!name || strncmp(name, PYTHON_STDLIB "/", folder + 1) != 0 ||
	    !is_code_module(name + folder + 1))
		return 0;
	if (strchr(name + folder + 1, '/') && !strstr(name, "/__main__.py"))
		return 0;
	return ipe_is_asked_by(PYTHON_STDLIB, importlib, 1) ? 0 : judge_inline();
}

/* Profilers, debuggers and the like open what they run as if it were data. */
static int judge_tools_file(PyObject *arguments)
{
	PyObject *path, *mode, *flags, *content;

	if (!ipe_is_asked_by(PYTHON_STDLIB, ipe_python_file_modules,
			     sizeof(ipe_python_file_modules) / sizeof(char *)))
		return 0;
	if (!PyArg_ParseTuple(arguments, "OOO", &path, &mode, &flags))
		return -1;
	if (!PyUnicode_Check(mode) || PyUnicode_READ_CHAR(mode, 0) != 'r')
		return 0;
	content = ipe_load_path(path);
	Py_XDECREF(content);
	if (content)
		return 0;
	if (PyErr_ExceptionMatches(PyExc_PermissionError))
		return -1;
	/* What else is wrong with it, open() will find out. */
	PyErr_Clear();
	return 0;
}

/* The keys are read while readline's module is made, once. */
static int judge_import(PyObject *arguments)
{
	static bool has_keys;
	PyObject *module = PyTuple_Size(arguments) > 0 ? PyTuple_GetItem(arguments, 0) : NULL;

	if (gate_loaders_once(false) < 0)
		return -1;
	if (has_keys || !module || !PyUnicode_Check(module) ||
	    PyUnicode_CompareWithASCIIString(module, "readline") != 0)
		return 0;
	has_keys = true;
	if (ipe_judge_keys() == 0)
		return 0;
	PyErr_NoMemory();
	return -1;
}

static bool starts_program(const char *event)
{
	static const char *const events[] = { "subprocess.Popen", "os.exec", "os.posix_spawn",
					      "os.system",	  "os.fork", "os.forkpty" };

	for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++)
		if (!strcmp(event, events[i]))
			return true;
	return false;
}

static int restore_keys(void)
{
	if (ipe_restore_keys() == 0)
		return 0;
	PyErr_NoMemory();
	return -1;
}

static int judge_start(const char *event, PyObject *arguments)
{
	if (gate_loaders_once(true) < 0)
		return -1;
	if (!strcmp(event, "cpython.run_command"))
		return judge_inline();
	if (!strcmp(event, "cpython.run_stdin"))
		return judge_stdin();
	if (!strcmp(event, "cpython.run_interactivehook"))
		return judge_prompt();
	if (!strcmp(event, "cpython.run_module"))
		return judge_module(arguments);
	return 0;
}

static int judge_strictly(const char *event, PyObject *arguments)
{
	static const struct ipe_check refusal = { .reason = IPE_REASON_INLINE };
	int verdict = ipe_judge_event(PYTHON_STDLIB, event, arguments);

	if (verdict == 0)
		ipe_raise_refused(&refusal, NULL);
	return verdict > 0 ? 0 : -1;
}

int ipe_audit_hook(const char *event, PyObject *arguments, void *unused)
{
	int result = 0;

	(void)unused;
	if (!strcmp(event, "import"))
		result = judge_import(arguments);
	else if (!strcmp(event, "exec"))
		result = judge_statement(arguments) < 0 ? -1 : judge_inner_module(arguments);
	else if (!strcmp(event, "open"))
		result = judge_tools_file(arguments);
	else if (starts_program(event))
		result = restore_keys();
	else if (!strncmp(event, "cpython.run_", strlen("cpython.run_")))
		result = judge_start(event, arguments);
	if (result == 0 && ipe_strict)
		result = judge_strictly(event, arguments);
	return result;
}
