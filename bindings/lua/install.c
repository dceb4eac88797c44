/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The functions that take the place of Lua's own. */
#include <errno.h>
#include <fcntl.h>

#include "compat.h"
#include "gate.h"

int ipe_lua_loadfile(lua_State *L)
{
	const char *path = luaL_optstring(L, 1, NULL), *mode = luaL_optstring(L, 2, NULL);
	bool has_environment = !lua_isnone(L, 3);
	struct ipe_lua_failure failure;

	if (path ? ipe_lua_load_file(L, path, mode, &failure) : ipe_lua_load_stdin(L, &failure)) {
		if (has_environment) {
			lua_pushvalue(L, 3);
			ipe_lua_set_environment(L);
		}
		return 1;
	}
	lua_pushnil(L);
	lua_insert(L, -2);
	if (failure.error == 0)
		return 2;
	lua_pushinteger(L, failure.error);
	lua_pushstring(L, ipe_reason_name(failure.reason));
	return 4;
}

int ipe_lua_dofile(lua_State *L)
{
	const char *path = luaL_optstring(L, 1, NULL);
	struct ipe_lua_failure failure;

	lua_settop(L, 1);
	if (!(path ? ipe_lua_load_file(L, path, NULL, &failure) : ipe_lua_load_stdin(L, &failure)))
		return lua_error(L);
	lua_call(L, 0, LUA_MULTRET);
	return lua_gettop(L) - 1;
}

/* Pushes the first template with the module's name for each "?"; returns the next one. */
static const char *push_candidate(lua_State *L, const char *path, const char *name)
{
	const char *end = path;

	while (*end && *end != ';')
		end++;
	lua_pushlstring(L, path, (size_t)(end - path));
	luaL_gsub(L, lua_tostring(L, -1), "?", name);
	lua_remove(L, -2);
	return *end ? end + 1 : end;
}

/* What cannot be opened is passed over, as Lua does it; what is refused ends the search. */
static int try_candidate(lua_State *L, const char *module, const char *path)
{
	struct ipe_lua_source *source = ipe_lua_new_source(L);
	struct ipe_lua_failure failure;

	if (ipe_lua_open_source(source, path, &failure) < 0) {
		lua_pop(L, 1);
		return 0;
	}
	if (!ipe_lua_load_source(L, source, path, NULL, &failure))
		return luaL_error(L, "error loading module '%s' from file '%s':\n\t%s", module,
				  path, lua_tostring(L, -1));
	lua_pushstring(L, path);
	return 2;
}

/* Upvalue: the table package. */
static int search_lua(lua_State *L)
{
	const char *module = luaL_checkstring(L, 1), *name, *path, *candidate;
	int results, tried = 0;

	lua_settop(L, 1);
	name = luaL_gsub(L, module, ".", LUA_DIRSEP);
	lua_getfield(L, lua_upvalueindex(1), "path");
	path = lua_tostring(L, -1);
	if (!path)
		return luaL_error(L, "'package.path' must be a string");
	lua_pushliteral(L, "");
	while (*path) {
		path = push_candidate(L, path, name);
		candidate = lua_tostring(L, -1);
		results = try_candidate(L, module, candidate);
		if (results > 0)
			return results;
		lua_pushfstring(L, tried++ ? IPE_LUA_TRIED_NEXT : IPE_LUA_TRIED_FIRST, candidate);
		lua_remove(L, -2);
		lua_concat(L, 2);
	}
	return 1;
}

enum load_setting {
	LOAD_TEXT,
	LOAD_INLINE,
	LOAD_DENY
};

static const char *const load_settings[] = { "text", "inline", "deny", NULL };

static const char no_byte_code[] = "byte code is loaded from judged files alone (ipe)";

static bool is_byte_code(lua_State *L, int index)
{
	size_t len;
	const char *piece = lua_tolstring(L, index, &len);

	return piece && len > 0 && piece[0] == LUA_SIGNATURE[0];
}

/* Upvalues: the function that hands out pieces; whether Lua saw the first, which tells byte code. */
static int read_text(lua_State *L)
{
	lua_settop(L, 0);
	lua_pushvalue(L, lua_upvalueindex(1));
	lua_call(L, 0, 1);
	if (!lua_toboolean(L, lua_upvalueindex(2))) {
		if (is_byte_code(L, 1))
			return luaL_error(L, "%s", no_byte_code);
		lua_pushboolean(L, true);
		lua_replace(L, lua_upvalueindex(2));
	}
	return 1;
}

/* nil and a message, where code from nowhere is refused */
static int refuse_text(lua_State *L, enum load_setting setting)
{
	struct ipe_lua_failure failure = { EACCES, IPE_REASON_INLINE };
	struct ipe_check check;

	if (setting == LOAD_TEXT)
		return 0;
	if (setting == LOAD_INLINE) {
		if (ipe_check_inline(&check) == 0 && check.verdict == IPE_ALLOW)
			return 0;
		failure.reason = check.reason;
	}
	lua_pushnil(L);
	ipe_lua_push_failure(L, "code that is in no file", &failure);
	return 2;
}

/* Upvalues: load() or loadstring() as it was; the setting. */
static int load_guarded(lua_State *L)
{
	int results = refuse_text(L, (enum load_setting)lua_tointeger(L, lua_upvalueindex(2)));

	if (results > 0)
		return results;
	if (is_byte_code(L, 1)) {
		lua_pushnil(L);
		lua_pushstring(L, no_byte_code);
		return 2;
	}
	if (lua_isfunction(L, 1)) {
		lua_pushvalue(L, 1);
		lua_pushboolean(L, false);
		lua_pushcclosure(L, read_text, 2);
		lua_replace(L, 1);
	}
	lua_pushvalue(L, lua_upvalueindex(1));
	lua_insert(L, 1);
	lua_call(L, lua_gettop(L) - 1, LUA_MULTRET);
	return lua_gettop(L);
}

static void guard_load(lua_State *L, const char *name, int setting)
{
	lua_getglobal(L, name);
	if (!lua_isfunction(L, -1)) {
		lua_pop(L, 1);
		return;
	}
	lua_pushinteger(L, setting);
	lua_pushcclosure(L, load_guarded, 2);
	lua_setglobal(L, name);
}

/* package.searchers[2] reads Lua files; the others load native code, which the kernel judges. */
static void install_searcher(lua_State *L)
{
	lua_getglobal(L, "package");
	if (!lua_istable(L, -1))
		luaL_error(L, "ipe.install: there is no table package");
	lua_getfield(L, -1, IPE_LUA_SEARCHERS);
	if (!lua_istable(L, -1))
		luaL_error(L, "ipe.install: there is no table package." IPE_LUA_SEARCHERS);
	lua_pushvalue(L, -2);
	lua_pushcclosure(L, search_lua, 1);
	lua_rawseti(L, -2, 2);
	lua_pop(L, 2);
}

/* The value of the one option; an unknown option is an error, so that a misspelt one is none. */
static int load_option(lua_State *L)
{
	int setting = LOAD_TEXT;

	if (lua_isnoneornil(L, 1))
		return setting;
	luaL_checktype(L, 1, LUA_TTABLE);
	lua_pushnil(L);
	while (lua_next(L, 1)) {
		lua_pushliteral(L, "load");
		if (!lua_rawequal(L, -3, -1))
			luaL_argerror(L, 1,
				      "the only option is load = \"text\", \"inline\" or \"deny\"");
		lua_pop(L, 1);
		setting = luaL_checkoption(L, -1, NULL, load_settings);
		lua_pop(L, 1);
	}
	return setting;
}

int ipe_lua_install(lua_State *L)
{
	int setting = load_option(L);

	install_searcher(L);
	guard_load(L, "load", setting);
	guard_load(L, "loadstring", setting);
	lua_pushcfunction(L, ipe_lua_loadfile);
	lua_setglobal(L, "loadfile");
	lua_pushcfunction(L, ipe_lua_dofile);
	lua_setglobal(L, "dofile");
	return 0;
}
