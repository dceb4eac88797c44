/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * For one adapter, with IPE_HOST_DEF defined as the name of its list: declares the interpreter's
 * symbols, all of them weak, and makes symbols[] of them. See struct ipe_host.
 *
 * IPE_FUNCTION(NAME, TYPE, (PARAMETERS)) and IPE_VARIABLE(NAME, TYPE, DIMENSIONS) are needed;
 * of all IPE_ONE_OF(NAME) one is. An IPE_SIGN(NAME) only tells the interpreter.
 */
#include "host.h"

#define IPE_FUNCTION(name, type, parameters) extern type name parameters __attribute__((weak));
#define IPE_VARIABLE(name, type, dimensions) extern type name dimensions __attribute__((weak));
#define IPE_ONE_OF(name)		     extern void name(void) __attribute__((weak));
#define IPE_SIGN(name)			     extern void name(void) __attribute__((weak));
#include IPE_HOST_DEF
#undef IPE_FUNCTION
#undef IPE_VARIABLE
#undef IPE_ONE_OF
#undef IPE_SIGN

static const struct ipe_symbol symbols[] = {
#define IPE_FUNCTION(name, type, parameters) { #name, ipe_host_address(name), IPE_NEEDED },
#define IPE_VARIABLE(name, type, dimensions) { #name, &name, IPE_NEEDED },
#define IPE_ONE_OF(name)		     { #name, ipe_host_address(name), IPE_ALTERNATIVE },
#define IPE_SIGN(name)			     { #name, ipe_host_address(name), IPE_TELLS },
#include IPE_HOST_DEF
};

#undef IPE_FUNCTION
#undef IPE_VARIABLE
#undef IPE_ONE_OF
#undef IPE_SIGN

#define IPE_HOST_SYMBOLS .symbols = symbols, .symbol_count = sizeof(symbols) / sizeof(symbols[0])
