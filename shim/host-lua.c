/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Lua 5.1 to 5.4 and LuaJIT. All code comes through luaL_loadfilex(), or luaL_loadfile() before
 * Lua 5.2, which opens the file itself, and once more if it holds byte code.
 */
#include <string.h>

#include "host.h"

struct lua_State;
typedef int (*loader)(struct lua_State *state, const char *path, const char *mode);

extern int luaL_loadfilex(struct lua_State *state, const char *path, const char *mode)
	__attribute__((weak));
extern int luaL_loadfile(struct lua_State *state, const char *path) __attribute__((weak));

static struct ipe_range loading;

static bool detect(void)
{
	return luaL_loadfilex || luaL_loadfile;
}

static bool install(void)
{
	loader function = luaL_loadfilex;
	const void *address;

	if (!function)
		function = (loader)(void (*)(void))luaL_loadfile;
	memcpy(&address, &function, sizeof(address));
	loading = ipe_host_function(address);
	return loading.start != loading.end;
}

static enum ipe_class classify(const struct ipe_open *open)
{
	if (ipe_is_in(&loading, open->caller))
		return IPE_CLASS_CODE;
	/* The search for a module opens what it finds, and closes it again. */
	return IPE_CLASS_UNTOLD;
}

const struct ipe_host ipe_host_lua = { "lua", detect, install, classify };
