/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A Lua host whose main script and every loadfile, dofile and require go through the gate. */
#include <errno.h>
#include <fcntl.h>
#include <ipe-enlighten.h>
#include <lauxlib.h>
#include <lualib.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int read_judged(const char *path, char **ret, size_t *ret_len, struct ipe_check *check)
{
	int error = -ENOMEM, fd = ipe_open_code(AT_FDCWD, path, check);

	if (fd < 0)
		return fd;
	*ret = malloc(check->size + 1);
	if (*ret)
		error = ipe_load_fd(fd, *ret, check->size + 1, ret_len, check);
	close(fd);
	return error == 0 && check->verdict != IPE_ALLOW ? -EACCES : error;
}

/* loadfile() of Lua: a function, or nil and a message */
static int load_judged(lua_State *L)
{
	const char *path = luaL_checkstring(L, 1), *mode = luaL_optstring(L, 2, NULL), *code;
	bool has_env = !lua_isnone(L, 3);
	char *text = NULL;
	size_t len = 0;
	struct ipe_check check;
	int error = read_judged(path, &text, &len, &check);

	lua_pushfstring(L, "@%s", path);
	luaL_pushfail(L);
	if (error == 0) { /* luaL_loadfilex() skips a #! line, luaL_loadbufferx() does not */
		code = len && *text == '#' ? memchr(text, '\n', len) : text;
		len = code ? len - (size_t)(code - text) : 0;
		error = luaL_loadbufferx(L, code, len, lua_tostring(L, -2), mode);
	} else
		lua_pushfstring(L, "cannot open %s: %s (ipe: %s)", path, strerror(-error),
				ipe_reason_name(check.reason));
	free(text);
	if (error == 0 && has_env) {
		lua_pushvalue(L, 3);
		lua_setupvalue(L, -2, 1);
	}
	return error ? 2 : 1;
}

static const char host[] =
	"local load_judged, searchpath = (...), package.searchpath\n"
	"local function load(path) local f, why = load_judged(path) return f or error(why, 0) end\n"
	"loadfile, dofile = load_judged, function(path) return (load(path))() end\n"
	"package.searchers[2] = function(name)\n"
	"	local path, tried = searchpath(name, package.path)\n"
	"	if path then return load(path), path else return tried end\n"
	"end\n"
	"load(arg[0])(table.unpack(arg))\n";

int main(int argc, char *argv[])
{
	lua_State *L = luaL_newstate();

	if (!L || argc < 2)
		return fputs("usage: embed-lua SCRIPT [ARGUMENT...]\n", stderr), 2;
	luaL_openlibs(L);
	lua_newtable(L);
	for (int i = 1; i < argc; i++) {
		lua_pushstring(L, argv[i]);
		lua_rawseti(L, -2, i - 1);
	}
	lua_setglobal(L, "arg");
	lua_pushcfunction(L, load_judged);
	if (luaL_loadstring(L, host) || (lua_insert(L, 1), lua_pcall(L, 1, 0, 0)))
		return fprintf(stderr, "embed-lua: %s\n", luaL_tolstring(L, -1, NULL)), 1;
	lua_close(L);
	return 0;
}
