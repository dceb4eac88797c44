/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How the modules of the extension are initialised: each interpreter has one of its own. */
#ifndef IPE_PYTHON_MULTI_PHASE_H
#define IPE_PYTHON_MULTI_PHASE_H

#include "cpython.h"

#include <stdbool.h>

/*
 * Since 3.12 an interpreter may have a lock of its own, and imports only modules that say that they
 * can do with it: by a slot that older versions refuse and that the interface of 3.9 does not name.
 */
#define IPE_SLOT_MULTIPLE_INTERPRETERS 3
#define IPE_OWN_LOCK_SUPPORTED	       ((void *)2)

static inline bool ipe_has_own_locks(void)
{
	PyObject *version = PySys_GetObject("hexversion");

	return version && PyLong_AsLong(version) >= 0x030c0000;
}

/* Slots, even none, make the initialisation multi-phase. @slots has room for two, zeroed. */
static inline PyObject *ipe_init_multi_phase(PyModuleDef *definition, PyModuleDef_Slot *slots)
{
	if (ipe_has_own_locks())
		slots[0] = (PyModuleDef_Slot){ IPE_SLOT_MULTIPLE_INTERPRETERS,
					       IPE_OWN_LOCK_SUPPORTED };
	definition->m_slots = slots;
	return PyModuleDef_Init(definition);
}

#endif
