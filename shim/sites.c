/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sites.h"

#include "room.h"
#include "shim.h"

#define SITES_MAX	 128
#define INTERPRETERS_MAX 8

/* Other threads' stacks are assumed to lie at least this far from the main one. */
#define MAIN_STACK_MAX (64UL * 1024 * 1024)

static struct ipe_site sites[SITES_MAX] IPE_ROOM;
static size_t site_count;
static struct ipe_range interpreters[INTERPRETERS_MAX];
static size_t interpreter_count;
static uintptr_t stack_end;

void ipe_sites_begin(const void *stack_top)
{
	stack_end = (uintptr_t)stack_top;
}

void ipe_sites_clear(void)
{
	site_count = 0;
	interpreter_count = 0;
}

bool ipe_sites_add_interpreter(const struct ipe_range *object)
{
	for (size_t i = 0; i < interpreter_count; i++)
		if (interpreters[i].start == object->start)
			return true;
	if (interpreter_count == INTERPRETERS_MAX || object->start == object->end)
		return false;
	interpreters[interpreter_count++] = *object;
	return true;
}

bool ipe_sites_add(const struct ipe_site *site)
{
	struct ipe_range object = ipe_shim_object((const void *)site->caller);

	if (site_count == SITES_MAX || !ipe_sites_add_interpreter(&object)) {
		ipe_sites_clear();
		return false;
	}
	sites[site_count++] = *site;
	return true;
}

bool ipe_sites_are_unknown(void)
{
	return site_count == 0;
}

static bool is_on_main_stack(uintptr_t slot)
{
	return slot < stack_end && stack_end - slot <= MAIN_STACK_MAX;
}

/*
 * A frame may be as large as what it is given, so that code is looked for on all of the stack: its caller
 * is there, while a word of an earlier call may say data.
 */
static bool is_on_stack(const struct ipe_site *site, const struct ipe_open *open)
{
	const uintptr_t word = sizeof(uintptr_t), stack = (uintptr_t)open->stack;
	bool is_any = site->distance == IPE_DISTANCE_ANY;
	uintptr_t last = stack + (is_any ? IPE_DISTANCE_MAX : site->distance) - word;

	if (is_any && site->class == IPE_CLASS_CODE)
		last = stack_end;
	for (uintptr_t slot = is_any ? stack : last; slot <= last && is_on_main_stack(slot);
	     slot += word)
		if (*(const uintptr_t *)slot == site->address)
			return true;
	return false;
}

static bool is_in_interpreter(const void *caller)
{
	for (size_t i = 0; i < interpreter_count; i++)
		if (ipe_is_in(&interpreters[i], caller))
			return true;
	return false;
}

/* A site of code counts for more than one of data: the stack may hold a word of an earlier call. */
enum ipe_class ipe_sites_classify(const struct ipe_open *open)
{
	enum ipe_class class = IPE_CLASS_UNTOLD;

	for (size_t i = 0; i < site_count && class != IPE_CLASS_CODE; i++)
		if (sites[i].caller == (uintptr_t)open->caller &&
		    (sites[i].distance == 0 || is_on_stack(&sites[i], open)))
			class = sites[i].class;
	if (class == IPE_CLASS_UNTOLD && is_in_interpreter(open->caller))
		class = IPE_CLASS_CODE;
	return class;
}
