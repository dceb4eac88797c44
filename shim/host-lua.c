/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Lua 5.1 to 5.5 and LuaJIT. All code comes through luaL_loadfilex(), or luaL_loadfile() before
 * Lua 5.2, which opens the file itself, and once more if it holds byte code.
 */
#define IPE_HOST_DEF "host-lua.def"
#include "host-symbols.h"

#define SYMBOL_COUNT (sizeof(symbols) / sizeof(symbols[0]))

/* A program may have several versions of Lua in it. */
static struct ipe_range loading[SYMBOL_COUNT];

static bool install(void)
{
	for (size_t i = 0; i < SYMBOL_COUNT; i++) {
		if (symbols[i].need != IPE_ALTERNATIVE || !symbols[i].address)
			continue;
		loading[i] = ipe_host_function(symbols[i].address);
		if (loading[i].start == loading[i].end)
			return false;
	}
	return true;
}

static enum ipe_class classify(const struct ipe_open *open)
{
	for (size_t i = 0; i < SYMBOL_COUNT; i++)
		if (ipe_is_in(&loading[i], open->caller))
			return IPE_CLASS_CODE;
	return IPE_CLASS_DATA;
}

const struct ipe_host ipe_host_lua = {
	.name = "lua",
	.programs = "lua luajit",
	IPE_HOST_SYMBOLS,
	.install = install,
	.classify = classify,
};
