/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* require "ipe": types/ipe.lua is its manual. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "compat.h"
#include "gate.h"

/* nil, message, errno, reason */
static int return_failure(lua_State *L, const char *what, const struct ipe_lua_failure *failure)
{
	lua_pushnil(L);
	ipe_lua_push_failure(L, what, failure);
	lua_pushinteger(L, failure->error);
	lua_pushstring(L, ipe_reason_name(failure->reason));
	return 4;
}

/* true, or nil and why not */
static int return_check(lua_State *L, const char *what, int error, const struct ipe_check *check)
{
	struct ipe_lua_failure failure = { error ? -error : EACCES, check->reason };

	if (error != 0 || check->verdict != IPE_ALLOW)
		return return_failure(L, what, &failure);
	lua_pushboolean(L, true);
	return 1;
}

/* The descriptor of a file of the io library; an error of the caller's if it is closed. */
static int check_file(lua_State *L, int index)
{
	FILE *stream = ipe_lua_stream(L, index);

	return stream ? fileno(stream) : luaL_argerror(L, index, "the file is closed");
}

static int check(lua_State *L)
{
	struct ipe_check check;
	const char *path;
	int fd;

	if (lua_type(L, 1) != LUA_TSTRING) {
		fd = ipe_check_fd(check_file(L, 1), &check);
		return return_check(L, "the file", fd, &check);
	}
	path = lua_tostring(L, 1);
	fd = ipe_open_code(AT_FDCWD, path, &check);
	if (fd >= 0)
		close(fd);
	return return_check(L, path, fd < 0 ? fd : 0, &check);
}

static int check_inline(lua_State *L)
{
	struct ipe_check check;
	int error = ipe_check_inline(&check);

	return return_check(L, "code that is in no file", error, &check);
}

static int check_stdin(lua_State *L)
{
	struct ipe_check check;
	int error = ipe_check_stdin(STDIN_FILENO, &check);

	return return_check(L, "stdin", error, &check);
}

/* Upvalues: io.open, and the method "close" of its files. */
static int open_judged(lua_State *L)
{
	const char *path = luaL_checkstring(L, 1);
	struct ipe_lua_failure failure;
	struct ipe_check check;
	int error, fd = ipe_open_code(AT_FDCWD, path, &check);

	/* A FIFO would keep io.open() waiting. */
	if (fd < 0) {
		failure = (struct ipe_lua_failure){ -fd, check.reason };
		return return_failure(L, path, &failure);
	}
	close(fd);
	lua_pushvalue(L, lua_upvalueindex(1));
	lua_pushstring(L, path);
	lua_pushliteral(L, "rb");
	lua_call(L, 2, 3);
	if (lua_isnil(L, -3))
		return 3;
	lua_pop(L, 2);
	/* The path can name another file by now: what counts is what is open. */
	error = ipe_check_fd(check_file(L, -1), &check);
	if (error == 0 && check.verdict == IPE_ALLOW)
		return 1;
	lua_getfield(L, -1, "close");
	lua_insert(L, -2);
	lua_call(L, 1, 0);
	return return_check(L, path, error, &check);
}

/* reason name -> advice */
static void push_reasons(lua_State *L)
{
	unsigned int reason;

	lua_newtable(L);
	for (reason = 0; reason < ipe_reason_count(); reason++) {
		lua_pushstring(L, ipe_reason_advice(reason));
		lua_setfield(L, -2, ipe_reason_name(reason));
	}
}

static const luaL_Reg functions[] = {
	{ "check", check },
	{ "check_inline", check_inline },
	{ "check_stdin", check_stdin },
	{ "dofile", ipe_lua_dofile },
	{ "install", ipe_lua_install },
	{ "loadfile", ipe_lua_loadfile },
	{ NULL, NULL },
};

int luaopen_ipe(lua_State *L)
{
	ipe_lua_new_module(L, functions);
	push_reasons(L);
	lua_setfield(L, -2, "reasons");
	lua_getglobal(L, "io");
	if (lua_istable(L, -1)) {
		lua_getfield(L, -1, "open");
		lua_pushcclosure(L, open_judged, 1);
		lua_setfield(L, -3, "open");
	}
	lua_pop(L, 1);
	return 1;
}
