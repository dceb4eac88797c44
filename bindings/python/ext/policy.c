/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The policy core's functions for ipe_enlighten.policy, which gives them their types. A policy is a
 * capsule; it never changes, so that any thread may use it.
 */
#include "multi_phase.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "core/policy.h"

#define CAPSULE "ipe_enlighten._policy"

PyMODINIT_FUNC PyInit__policy(void);

static void destroy(PyObject *capsule)
{
	ipe_policy_free(PyCapsule_GetPointer(capsule, CAPSULE));
}

static struct ipe_policy *policy_of(PyObject *capsule)
{
	return PyCapsule_GetPointer(capsule, CAPSULE);
}

static PyObject *bytes_of(struct ipe_span span)
{
	return PyBytes_FromStringAndSize(span.at, (Py_ssize_t)span.len);
}

/* (None, (errno, sentence, line, column, token)) */
static PyObject *return_error(int error, const struct ipe_parse_error *why)
{
	if (error == -ENOMEM)
		return PyErr_NoMemory();
	return Py_BuildValue("(O(isIIN))", Py_None, -error, why->sentence, why->line, why->column,
			     bytes_of(why->token));
}

PyDoc_STRVAR(parse_doc,
	     "parse(text, extensions, seed, /)\n--\n\nReturn (policy, None) or (None, error).");

static PyObject *parse(PyObject *self, PyObject *args)
{
	struct ipe_parse_options options = { 0 };
	struct ipe_parse_error why = { 0 };
	struct ipe_policy *policy = NULL;
	const char *text, *seed;
	Py_ssize_t len, seed_len;
	PyThreadState *state;
	PyObject *capsule;
	int error, extensions;

	(void)self;
	if (!PyArg_ParseTuple(args, "y#py#", &text, &len, &extensions, &seed, &seed_len))
		return NULL;
	if ((size_t)seed_len != sizeof(options.seed))
		return PyErr_Format(PyExc_ValueError, "the seed has 16 bytes");
	if (extensions)
		options.flags |= IPE_PARSE_EXTENSIONS;
	memcpy(options.seed, seed, sizeof(options.seed));
	state = PyEval_SaveThread();
	error = ipe_policy_parse(text, (size_t)len, &options, &policy, &why);
	PyEval_RestoreThread(state);
	if (error)
		return return_error(error, &why);
	capsule = PyCapsule_New(policy, CAPSULE, destroy);
	if (!capsule)
		ipe_policy_free(policy);
	return capsule ? Py_BuildValue("(NO)", capsule, Py_None) : NULL;
}

/* (kind, algorithm, bytes); None for both says that the file has no such digest. */
static bool take_digest(PyObject *entry, struct ipe_facts *facts)
{
	struct ipe_digest digest = { 0 };
	const char *algorithm, *bytes;
	Py_ssize_t algorithm_len, len;
	unsigned int kind;

	if (!PyTuple_Check(entry)) {
		PyErr_SetString(PyExc_TypeError, "a digest is a tuple");
		return false;
	}
	if (!PyArg_ParseTuple(entry, "Iz#z#", &kind, &algorithm, &algorithm_len, &bytes, &len))
		return false;
	if (kind >= IPE_DIGEST_KIND_COUNT) {
		PyErr_SetString(PyExc_ValueError, "there is no digest of this kind");
		return false;
	}
	if (!algorithm != !bytes) {
		PyErr_SetString(PyExc_ValueError, "a digest has both algorithm and value");
		return false;
	}
	digest.algorithm = (struct ipe_span){ algorithm, (size_t)algorithm_len };
	digest.bytes = (const uint8_t *)bytes;
	digest.len = (size_t)len;
	ipe_facts_set_digest(facts, (enum ipe_digest_kind)kind, algorithm ? &digest : NULL);
	return true;
}

PyDoc_STRVAR(decide_doc, "decide(policy, op, known, truth, digests, /)\n--\n\n"
			 "Return (action, basis, rule, line, certain).");

static PyObject *decide(PyObject *self, PyObject *args)
{
	struct ipe_facts facts = { 0 };
	struct ipe_decision decision;
	PyObject *capsule, *digests;
	struct ipe_policy *policy;
	unsigned int op;

	(void)self;
	if (!PyArg_ParseTuple(args, "OIIIO!", &capsule, &op, &facts.known, &facts.truth,
			      &PyTuple_Type, &digests))
		return NULL;
	policy = policy_of(capsule);
	if (!policy)
		return NULL;
	for (Py_ssize_t i = 0; i < PyTuple_Size(digests); i++)
		if (!take_digest(PyTuple_GetItem(digests, i), &facts))
			return NULL;
	decision = ipe_policy_decide(policy, op, &facts);
	return Py_BuildValue("(iiIIO)", decision.action, decision.basis, decision.rule,
			     decision.line, decision.certain ? Py_True : Py_False);
}

PyDoc_STRVAR(describe_doc, "describe(policy, /)\n--\n\nReturn (name, version, rule count).");

static PyObject *describe(PyObject *self, PyObject *capsule)
{
	struct ipe_policy *policy = policy_of(capsule);

	(void)self;
	if (!policy)
		return NULL;
	return Py_BuildValue("(NKI)", bytes_of(ipe_policy_get_name(policy)),
			     (unsigned long long)ipe_policy_get_version(policy),
			     ipe_policy_get_rule_count(policy));
}

/* [(kind, algorithm, bytes)] */
static PyObject *digests_of(const struct ipe_policy *policy, uint32_t rule, uint32_t count)
{
	PyObject *list = PyList_New(0);
	enum ipe_digest_kind kind;
	struct ipe_digest digest;

	for (uint32_t i = 0; list && i < count; i++) {
		PyObject *entry = NULL;

		if (ipe_policy_get_rule_digest(policy, rule, i, &kind, &digest))
			entry = Py_BuildValue("(iNy#)", kind, bytes_of(digest.algorithm),
					      (const char *)digest.bytes, (Py_ssize_t)digest.len);
		if (!entry || PyList_Append(list, entry) < 0)
			Py_CLEAR(list);
		Py_XDECREF(entry);
	}
	return list;
}

PyDoc_STRVAR(rule_doc, "rule(policy, number, /)\n--\n\n"
		       "Return (line, op, action, must be true, must be false, never, digests).");

static PyObject *rule(PyObject *self, PyObject *args)
{
	struct ipe_rule_view view;
	struct ipe_policy *policy;
	PyObject *capsule;
	unsigned int number;

	(void)self;
	if (!PyArg_ParseTuple(args, "OI", &capsule, &number))
		return NULL;
	policy = policy_of(capsule);
	if (!policy)
		return NULL;
	if (!ipe_policy_get_rule(policy, number, &view))
		return PyErr_Format(PyExc_IndexError, "the policy has no rule %u", number);
	return Py_BuildValue("(IiiIION)", view.line, view.op, view.action, view.must_be_true,
			     view.must_be_false, view.never ? Py_True : Py_False,
			     digests_of(policy, number, view.digest_count));
}

PyDoc_STRVAR(default_of_doc, "default_of(policy, op, /)\n--\n\nReturn (action, line) or None.");

static PyObject *default_of(PyObject *self, PyObject *args)
{
	struct ipe_policy *policy;
	enum ipe_action action;
	PyObject *capsule;
	unsigned int op;
	uint32_t line;

	(void)self;
	if (!PyArg_ParseTuple(args, "OI", &capsule, &op))
		return NULL;
	policy = policy_of(capsule);
	if (!policy)
		return NULL;
	if (!ipe_policy_get_default(policy, op, &action, &line))
		return Py_BuildValue("");
	return Py_BuildValue("(iI)", action, line);
}

PyDoc_STRVAR(canonical_doc, "canonical(policy, /)\n--\n\nReturn the canonical text.");

static PyObject *canonical(PyObject *self, PyObject *capsule)
{
	struct ipe_policy *policy = policy_of(capsule);
	PyObject *text;
	size_t len;

	(void)self;
	if (!policy)
		return NULL;
	len = ipe_policy_print(policy, NULL, 0);
	text = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)len);
	if (text)
		ipe_policy_print(policy, PyBytes_AsString(text), len);
	return text;
}

static PyObject *names_of(const char *(*name)(unsigned int), unsigned int count)
{
	PyObject *list = PyList_New(0);

	for (unsigned int i = 0; list && i < count; i++) {
		PyObject *entry = PyUnicode_FromString(name(i));

		if (!entry || PyList_Append(list, entry) < 0)
			Py_CLEAR(list);
		Py_XDECREF(entry);
	}
	return list;
}

PyDoc_STRVAR(vocabulary_doc,
	     "vocabulary()\n--\n\nReturn the names of operations, flags and kinds of digests.");

static PyObject *vocabulary(PyObject *self, PyObject *unused)
{
	(void)self;
	(void)unused;
	return Py_BuildValue("(NNN)", names_of(ipe_op_name, IPE_OP_COUNT),
			     names_of(ipe_flag_name, IPE_FLAG_COUNT),
			     names_of(ipe_digest_kind_name, IPE_DIGEST_KIND_COUNT));
}

static PyMethodDef methods[] = {
	{ "parse", parse, METH_VARARGS, parse_doc },
	{ "decide", decide, METH_VARARGS, decide_doc },
	{ "describe", describe, METH_O, describe_doc },
	{ "rule", rule, METH_VARARGS, rule_doc },
	{ "default_of", default_of, METH_VARARGS, default_of_doc },
	{ "canonical", canonical, METH_O, canonical_doc },
	{ "vocabulary", vocabulary, METH_NOARGS, vocabulary_doc },
	{ 0 },
};

static struct PyModuleDef definition = {
	PyModuleDef_HEAD_INIT,
	.m_name = "ipe_enlighten._policy",
	.m_doc = "The policy core's functions, without types.",
	.m_methods = methods,
};

PyMODINIT_FUNC PyInit__policy(void)
{
	static PyModuleDef_Slot slots[2];

	return ipe_init_multi_phase(&definition, slots);
}
