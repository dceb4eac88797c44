/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Declares what IPE_HOST_DEF lists, all of it weak.
 *
 * IPE_FUNCTION(NAME, TYPE, (PARAMETERS)) and IPE_VARIABLE(NAME, TYPE, DIMENSIONS) are needed, and
 * tell the interpreter. IPE_COMMON(SYMBOL, NAME, TYPE, (PARAMETERS)) is needed and tells nothing, as
 * others have that library too; in C it is called NAME. Of all IPE_ONE_OF(NAME) one is needed. An
 * IPE_SIGN(NAME) only tells the interpreter.
 */
#include "host.h"

#define IPE_FUNCTION(name, type, parameters) extern type name parameters __attribute__((weak));
#define IPE_VARIABLE(name, type, dimensions) extern type name dimensions __attribute__((weak));
#define IPE_COMMON(symbol, name, type, parameters) \
	extern type name parameters __asm__(#symbol) __attribute__((weak));
#define IPE_ONE_OF(name) extern void name(void) __attribute__((weak));
#define IPE_SIGN(name)	 extern void name(void) __attribute__((weak));
#include IPE_HOST_DEF
#undef IPE_FUNCTION
#undef IPE_VARIABLE
#undef IPE_COMMON
#undef IPE_ONE_OF
#undef IPE_SIGN
