/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What differs between Lua 5.1 (and LuaJIT, which has its interface), 5.3 and 5.4. */
#ifndef IPE_LUA_COMPAT_H
#define IPE_LUA_COMPAT_H

#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>
#include <stdbool.h>
#include <stdio.h>

#if LUA_VERSION_NUM >= 502

#define IPE_LUA_SEARCHERS "searchers"

static inline void ipe_lua_new_module(lua_State *L, const luaL_Reg *functions)
{
	lua_newtable(L);
	luaL_setfuncs(L, functions, 0);
}

/* The environment, on top, becomes that of the chunk below it. */
static inline void ipe_lua_set_environment(lua_State *L)
{
	if (!lua_setupvalue(L, -2, 1))
		lua_pop(L, 1);
}

/* NULL if the file of the io library is closed. */
static inline FILE *ipe_lua_stream(lua_State *L, int index)
{
	luaL_Stream *stream = luaL_checkudata(L, index, LUA_FILEHANDLE);

	return stream->closef ? stream->f : NULL;
}

#else

#define IPE_LUA_SEARCHERS "loaders"

static inline void ipe_lua_new_module(lua_State *L, const luaL_Reg *functions)
{
	lua_newtable(L);
	luaL_register(L, NULL, functions);
}

static inline void ipe_lua_set_environment(lua_State *L)
{
	lua_setfenv(L, -2);
}

/* The FILE pointer is the first member in Lua 5.1 and in LuaJIT; both clear it at close. */
static inline FILE *ipe_lua_stream(lua_State *L, int index)
{
	return *(FILE **)luaL_checkudata(L, index, LUA_FILEHANDLE);
}

#endif

/* From 5.4 on, require() itself puts the line breaks between what its searchers tried. */
#if LUA_VERSION_NUM >= 504
#define IPE_LUA_TRIED_FIRST "no file '%s'"
#else
#define IPE_LUA_TRIED_FIRST "\n\tno file '%s'"
#endif
#define IPE_LUA_TRIED_NEXT "\n\tno file '%s'"

#endif
