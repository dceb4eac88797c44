/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <editline/readline.h>
#include <lauxlib.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "launcher.h"

static char *read_line(lua_State *L, bool first)
{
	const char *prompt;
	char *line;

	lua_getglobal(L, first ? "_PROMPT" : "_PROMPT2");
	prompt = luaL_tolstring(L, -1, NULL);
	if (lua_isnil(L, -2))
		prompt = first ? "> " : ">> ";
	line = readline(prompt);
	lua_pop(L, 2);
	return line;
}

/* Pushes the next line; false at the end of the input. */
static bool push_line(lua_State *L, bool first)
{
	char *line = read_line(L, first);

	if (!line)
		return false;
	lua_pushstring(L, line);
	free(line);
	return true;
}

/* A message that says that the chunk is not complete yet. */
static bool is_incomplete(lua_State *L, int status)
{
	static const char mark[] = "<eof>";
	const char *message;
	size_t len;

	if (status != LUA_ERRSYNTAX)
		return false;
	message = lua_tolstring(L, -1, &len);
	return len >= sizeof(mark) - 1 && !strcmp(message + len - (sizeof(mark) - 1), mark);
}

static int load_line(lua_State *L, int index)
{
	size_t len;
	const char *line = lua_tolstring(L, index, &len);

	return luaL_loadbufferx(L, line, len, "=stdin", "t");
}

/* The chunk in place of its first line, which is the only value on the stack. */
static int load_statement(lua_State *L)
{
	int status;

	for (;;) {
		status = load_line(L, 1);
		if (!is_incomplete(L, status) || !push_line(L, false))
			break;
		lua_remove(L, -2);
		lua_pushliteral(L, "\n");
		lua_insert(L, -2);
		lua_concat(L, 3);
	}
	return status;
}

static int load_input(lua_State *L)
{
	int status;

	lua_pushfstring(L, "return %s", lua_tostring(L, 1));
	status = load_line(L, -1);
	if (status == LUA_OK)
		lua_remove(L, -2);
	else {
		lua_settop(L, 1);
		status = load_statement(L);
	}
	if (*lua_tostring(L, 1))
		add_history(lua_tostring(L, 1));
	lua_remove(L, 1);
	return status;
}

static void print_results(lua_State *L)
{
	int count = lua_gettop(L);

	if (count == 0)
		return;
	luaL_checkstack(L, LUA_MINSTACK, "too many results to print");
	lua_getglobal(L, "print");
	lua_insert(L, 1);
	if (lua_pcall(L, count, 0, 0) != LUA_OK)
		complain(L);
}

void run_prompt(lua_State *L)
{
	lua_settop(L, 0);
	while (push_line(L, true)) {
		if (load_input(L) == LUA_OK && call_lua(L, 0, LUA_MULTRET) == LUA_OK)
			print_results(L);
		else
			complain(L);
		lua_settop(L, 0);
	}
	putchar('\n');
}
