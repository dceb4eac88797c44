/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Lua chunks that come through the gate. */
#ifndef IPE_LUA_GATE_H
#define IPE_LUA_GATE_H

#include <ipe-enlighten.h>
#include <lua.h>
#include <stdbool.h>
#include <stddef.h>

/**
 * struct ipe_lua_failure - why there is no chunk
 * @error: a positive errno; 0 if it is Lua that does not take the text
 * @reason: the gate's reason; IPE_REASON_UNDECIDED if it is not the gate that refuses
 */
struct ipe_lua_failure {
	int error;
	enum ipe_reason reason;
};

/* Code: its descriptor until it is judged and read, then its content. */
struct ipe_lua_source {
	int fd;
	char *content;
	size_t len;
};

/* Pushes a source that owns nothing yet; what it owns later goes with it, whatever Lua raises. */
struct ipe_lua_source *ipe_lua_new_source(lua_State *L);

/* Opens a file, to be judged when it is read; 0 or a negative errno. */
int ipe_lua_open_source(struct ipe_lua_source *source, const char *path,
			struct ipe_lua_failure *ret_failure);

/*
 * Each of these pushes one value: the chunk, and returns true; or a message, and returns false.
 * @mode is Lua's: "t", "b", "bt"; NULL allows both. Byte code is taken from judged files alone.
 */

/* A judged file, read once into memory. */
bool ipe_lua_load_file(lua_State *L, const char *path, const char *mode,
		       struct ipe_lua_failure *ret_failure);

/* The rest of it for a source that is open. */
bool ipe_lua_load_source(lua_State *L, struct ipe_lua_source *source, const char *path,
			 const char *mode, struct ipe_lua_failure *ret_failure);

/* A script that may be a pipe, which is read as it comes; text only, unless it is a file. */
bool ipe_lua_load_script(lua_State *L, const char *path, struct ipe_lua_failure *ret_failure);

/* Standard input, judged as such; text only. */
bool ipe_lua_load_stdin(lua_State *L, struct ipe_lua_failure *ret_failure);

/* Text that is in no file, judged as such. */
bool ipe_lua_load_text(lua_State *L, const char *text, size_t len, const char *chunkname,
		       struct ipe_lua_failure *ret_failure);

/* "cannot open WHAT: ERROR (ipe: REASON)" */
void ipe_lua_push_failure(lua_State *L, const char *what, const struct ipe_lua_failure *failure);

/* The module; the one name that is exported. */
__attribute__((visibility("default"))) int luaopen_ipe(lua_State *L);

/* The functions that Lua code sees. */
int ipe_lua_loadfile(lua_State *L);
int ipe_lua_dofile(lua_State *L);
int ipe_lua_install(lua_State *L);

#endif
