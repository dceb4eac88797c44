/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * For one adapter, with IPE_HOST_DEF defined as the name of its list: declares the interpreter's
 * symbols, and makes symbols[] of them. See struct ipe_host.
 */
#include "host-declare.h"

#define IPE_FUNCTION(name, type, parameters)	   { #name, ipe_host_address(name), IPE_NEEDED },
#define IPE_VARIABLE(name, type, dimensions)	   { #name, &name, IPE_NEEDED },
#define IPE_COMMON(symbol, name, type, parameters) { #symbol, ipe_host_address(name), IPE_NOT_OWN },
#define IPE_ONE_OF(name)			   { #name, ipe_host_address(name), IPE_ALTERNATIVE },
#define IPE_SIGN(name)				   { #name, ipe_host_address(name), IPE_TELLS },
static const struct ipe_symbol symbols[] = {
#include IPE_HOST_DEF
};
#undef IPE_FUNCTION
#undef IPE_VARIABLE
#undef IPE_COMMON
#undef IPE_ONE_OF
#undef IPE_SIGN

#define IPE_HOST_SYMBOLS .symbols = symbols, .symbol_count = sizeof(symbols) / sizeof(symbols[0])
