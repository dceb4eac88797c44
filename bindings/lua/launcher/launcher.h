/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IPE_LUA_LAUNCHER_H
#define IPE_LUA_LAUNCHER_H

#include <lua.h>

/* Calls the function below its arguments, with a traceback in the message; LUA_OK or not. */
int call_lua(lua_State *L, int arguments, int results);

/* Prints the message on top and removes it. */
void complain(lua_State *L);

/* Reads, runs and prints until the input ends. */
void run_prompt(lua_State *L);

#endif
