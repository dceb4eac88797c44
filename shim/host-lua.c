/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Lua 5.1 to 5.4 and LuaJIT. All code comes through luaL_loadfilex(), or luaL_loadfile() before
 * Lua 5.2, which opens the file itself, and once more if it holds byte code.
 */
#include "host.h"

struct lua_State;

#define WEAK __attribute__((weak))
extern int luaL_loadfilex(struct lua_State *state, const char *path, const char *mode) WEAK;
extern int luaL_loadfile(struct lua_State *state, const char *path) WEAK;

static struct ipe_range loading;

static const void *detect(void)
{
	const void *address = ipe_host_address(luaL_loadfilex);

	return address ? address : ipe_host_address(luaL_loadfile);
}

static bool install(void)
{
	loading = ipe_host_function(detect());
	return loading.start != loading.end;
}

static enum ipe_class classify(const struct ipe_open *open)
{
	return ipe_is_in(&loading, open->caller) ? IPE_CLASS_CODE : IPE_CLASS_UNTOLD;
}

const struct ipe_host ipe_host_lua = {
	.name = "lua",
	.detect = detect,
	.install = install,
	.classify = classify,
};
