/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* --strict for ipe-check --run: an audit hook that comes when Python runs already. */
#include "strict.h"

#include <string.h>

#include "multi_phase.h"

PyMODINIT_FUNC PyInit__strict(void);

PyDoc_STRVAR(note_doc, "note(content, path, /)\n--\n\nNote what a judged file holds.");

static PyObject *note(PyObject *self, PyObject *args)
{
	PyObject *content, *path;

	(void)self;
	if (!PyArg_ParseTuple(args, "SU", &content, &path) || ipe_note_judged(content, path) < 0)
		return NULL;
	Py_RETURN_NONE;
}

static bool is_import_of(const char *module, PyObject *arguments)
{
	PyObject *name = PyTuple_Size(arguments) > 0 ? PyTuple_GetItem(arguments, 0) : NULL;

	return name && PyUnicode_Check(name) && !PyUnicode_CompareWithASCIIString(name, module);
}

/*
 * An interpreter that is made later has none of these hooks. Some versions do not even tell them of
 * it, but of the module that makes it, which had its name changed.
 */
static int judge_late(const char *library, const char *event, PyObject *arguments)
{
	if (!strcmp(event, "cpython.PyInterpreterState_New"))
		return 0;
	if (!strcmp(event, "import") && (is_import_of("_xxsubinterpreters", arguments) ||
					 is_import_of("_interpreters", arguments)))
		return 0;
	return ipe_judge_event(library, event, arguments);
}

/* @self: where the standard library lies, and what raises the refusal. */
static PyObject *judge(PyObject *self, PyObject *args)
{
	const char *library, *event;
	PyObject *refuse, *arguments;
	int verdict;

	if (!PyArg_ParseTuple(self, "yO", &library, &refuse) ||
	    !PyArg_ParseTuple(args, "sO!", &event, &PyTuple_Type, &arguments))
		return NULL;
	verdict = judge_late(library, event, arguments);
	if (verdict < 0)
		return NULL;
	if (verdict == 0)
		return PyObject_CallFunction(refuse, NULL);
	Py_RETURN_NONE;
}

static PyMethodDef judge_method = { "judge", judge, METH_VARARGS, "Judge an audit event." };

PyDoc_STRVAR(hook_doc,
	     "hook(library, refuse, /)\n--\n\n"
	     "Return an audit hook that calls refuse for code that no judged file holds.");

static PyObject *hook(PyObject *self, PyObject *args)
{
	const char *library;
	PyObject *refuse;

	(void)self;
	if (!PyArg_ParseTuple(args, "yO", &library, &refuse))
		return NULL;
	return PyCFunction_New(&judge_method, args);
}

static PyMethodDef methods[] = {
	{ "note", note, METH_VARARGS, note_doc },
	{ "hook", hook, METH_VARARGS, hook_doc },
	{ 0 },
};

static struct PyModuleDef definition = {
	PyModuleDef_HEAD_INIT,
	.m_name = "ipe_enlighten._strict",
	.m_doc = "What ipe-check --run --strict keeps and asks.",
	.m_methods = methods,
};

PyMODINIT_FUNC PyInit__strict(void)
{
	static PyModuleDef_Slot slots[2];

	return ipe_init_multi_phase(&definition, slots);
}
