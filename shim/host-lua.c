/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Lua 5.1 to 5.5 and LuaJIT. All code comes through luaL_loadfilex(), or luaL_loadfile() before
 * Lua 5.2, which opens the file itself, and once more if it holds byte code.
 */
#include <stdlib.h>
#include <string.h>

#define IPE_HOST_DEF "host-lua.def"
#include "host-symbols.h"

#define SYMBOL_COUNT (sizeof(symbols) / sizeof(symbols[0]))

/* A program may have several versions of Lua in it. */
static struct ipe_range loading[SYMBOL_COUNT];

/*
 * "luajit -b FILE" writes the byte code of FILE and runs nothing of it, but for that it runs a module of
 * its own, which may come from where the environment says.
 */
static bool has_own_modules;

static bool install(void)
{
	has_own_modules = luaJIT_setmode && !getenv("LUA_PATH") && !getenv("LUA_PATH_5_1");
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

/* Its modules are looked for in the working directory first, as "./jit/bcsave.lua". */
static bool parses(const struct ipe_open *open)
{
	return has_own_modules && !strstr(open->path, "/jit/");
}

const struct ipe_host ipe_host_lua = {
	.name = "lua",
	.programs = "lua luajit",
	IPE_HOST_SYMBOLS,
	.install = install,
	.classify = classify,
	.parses = parses,
};
