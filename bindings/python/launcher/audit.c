/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Code that is in no file: -c, standard input, a prompt. */
#include <string.h>
#include <unistd.h>

#include "launcher.h"

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

/* Statements of a prompt, which options and PYTHONINSPECT bring up without another event. */
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

/* importlib imports nothing from files before its external part is complete. */
static int gate_loaders_once(bool now)
{
	static bool done;

	if (done)
		return 0;
	if (ipe_gate_loaders() == 0)
		done = true;
	else if (now)
		return -1;
	PyErr_Clear();
	return 0;
}

static int judge_start(const char *event)
{
	if (gate_loaders_once(true) < 0)
		return -1;
	if (!strcmp(event, "cpython.run_command"))
		return judge_inline();
	if (!strcmp(event, "cpython.run_stdin"))
		return judge_stdin();
	return 0;
}

int ipe_audit_hook(const char *event, PyObject *arguments, void *unused)
{
	int result = 0;

	(void)unused;
	if (!strcmp(event, "import"))
		result = gate_loaders_once(false);
	else if (!strcmp(event, "exec"))
		result = judge_statement(arguments);
	else if (!strncmp(event, "cpython.run_", strlen("cpython.run_")))
		result = judge_start(event);
	if (result == 0 && ipe_strict)
		result = ipe_audit_strictly(event, arguments);
	return result;
}
