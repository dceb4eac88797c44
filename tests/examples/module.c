/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The least that is a module of Lua in C. */
#include <lua.h>

int luaopen_native(lua_State *L);

__attribute__((visibility("default"))) int luaopen_native(lua_State *L)
{
	lua_pushstring(L, "native code");
	return 1;
}
