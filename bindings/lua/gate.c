/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "compat.h"
#include "gate.h"

#define SOURCE_TYPE "ipe.source"

static void empty_source(struct ipe_lua_source *source)
{
	if (source->fd >= 0)
		close(source->fd);
	free(source->content);
	*source = (struct ipe_lua_source){ .fd = -1 };
}

static int collect_source(lua_State *L)
{
	empty_source(lua_touserdata(L, 1));
	return 0;
}

struct ipe_lua_source *ipe_lua_new_source(lua_State *L)
{
	struct ipe_lua_source *source = lua_newuserdata(L, sizeof(*source));

	*source = (struct ipe_lua_source){ .fd = -1 };
	if (luaL_newmetatable(L, SOURCE_TYPE)) {
		lua_pushcfunction(L, collect_source);
		lua_setfield(L, -2, "__gc");
	}
	lua_setmetatable(L, -2);
	return source;
}

/* What the library's return value and verdict say; 0 if the code is allowed. */
static int judge_failure(int error, const struct ipe_check *check,
			 struct ipe_lua_failure *ret_failure)
{
	if (error == 0 && check->verdict != IPE_ALLOW)
		error = -EACCES;
	*ret_failure = (struct ipe_lua_failure){ -error, error ? check->reason : 0 };
	return error;
}

int ipe_lua_open_source(struct ipe_lua_source *source, const char *path,
			struct ipe_lua_failure *ret_failure)
{
	/* A FIFO must not keep us waiting; it is refused when the source is read. */
	source->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	*ret_failure = (struct ipe_lua_failure){ source->fd < 0 ? errno : 0, IPE_REASON_UNDECIDED };
	return -ret_failure->error;
}

static int read_source(struct ipe_lua_source *source, struct ipe_lua_failure *ret_failure)
{
	struct ipe_check check = { 0 };
	struct stat st;
	size_t room = 1;
	int error = -ENOMEM;

	/* What is no regular file is refused, whatever size it says it has. */
	if (fstat(source->fd, &st) == 0 && S_ISREG(st.st_mode))
		room += (size_t)st.st_size;
	source->content = malloc(room);
	if (source->content)
		error = ipe_load_fd(source->fd, source->content, room, &source->len, &check);
	return judge_failure(error, &check, ret_failure);
}

void ipe_lua_push_failure(lua_State *L, const char *what, const struct ipe_lua_failure *failure)
{
	lua_pushfstring(L, "cannot open %s: %s", what, strerror(failure->error));
	if (failure->reason != IPE_REASON_UNDECIDED) {
		lua_pushfstring(L, " (ipe: %s)", ipe_reason_name(failure->reason));
		lua_concat(L, 2);
	}
}

/* What luaL_loadfile() skips: a byte order mark, and a first line that begins with "#". */
static const char *skip_first_line(const char *code, size_t *len)
{
	const char *end = code + *len;

	if (*len >= 3 && !memcmp(code, "\xef\xbb\xbf", 3))
		code += 3;
	if (code < end && *code == '#') {
		code = memchr(code, '\n', (size_t)(end - code));
		if (!code)
			code = end;
		/* In front of text the line break stays, so that lines are counted right. */
		if (end - code > 1 && code[1] == LUA_SIGNATURE[0])
			code++;
	}
	*len = (size_t)(end - code);
	return code;
}

/* Lua 5.1 has no mode of its own. */
static bool load_buffer(lua_State *L, const char *code, size_t len, const char *mode,
			const char *chunkname)
{
	bool byte_code = len > 0 && code[0] == LUA_SIGNATURE[0];

	if (!mode || strchr(mode, byte_code ? 'b' : 't'))
		return luaL_loadbuffer(L, code, len, chunkname) == 0;
	lua_pushfstring(L, "attempt to load a %s chunk (mode is '%s')",
			byte_code ? "binary" : "text", mode);
	return false;
}

bool ipe_lua_load_source(lua_State *L, struct ipe_lua_source *source, const char *path,
			 const char *mode, struct ipe_lua_failure *ret_failure)
{
	const char *chunkname = lua_pushfstring(L, "@%s", path), *code;
	bool loaded = false;
	size_t len;

	if (read_source(source, ret_failure) == 0) {
		len = source->len;
		code = skip_first_line(source->content, &len);
		loaded = load_buffer(L, code, len, mode, chunkname);
	} else {
		ipe_lua_push_failure(L, path, ret_failure);
	}
	empty_source(source);
	lua_remove(L, -2);
	return loaded;
}

bool ipe_lua_load_file(lua_State *L, const char *path, const char *mode,
		       struct ipe_lua_failure *ret_failure)
{
	struct ipe_lua_source *source = ipe_lua_new_source(L);
	bool loaded = false;

	if (ipe_lua_open_source(source, path, ret_failure) == 0)
		loaded = ipe_lua_load_source(L, source, path, mode, ret_failure);
	else
		ipe_lua_push_failure(L, path, ret_failure);
	lua_remove(L, -2);
	return loaded;
}

/* Everything to the stream's end as one string on the stack; false for a read error. */
static bool push_stream(lua_State *L, FILE *stream)
{
	luaL_Buffer buffer;
	size_t len;

	luaL_buffinit(L, &buffer);
	do {
		len = fread(luaL_prepbuffer(&buffer), 1, LUAL_BUFFERSIZE, stream);
		luaL_addsize(&buffer, len);
	} while (len > 0);
	luaL_pushresult(&buffer);
	return !ferror(stream);
}

/* The rest of a stream that was judged. */
static bool load_stream(lua_State *L, FILE *stream, const char *what, const char *chunkname,
			struct ipe_lua_failure *ret_failure)
{
	const char *code;
	bool loaded;
	size_t len;

	if (push_stream(L, stream)) {
		code = lua_tolstring(L, -1, &len);
		code = skip_first_line(code, &len);
		loaded = load_buffer(L, code, len, "t", chunkname);
	} else {
		*ret_failure = (struct ipe_lua_failure){ EIO, IPE_REASON_READ_ERROR };
		ipe_lua_push_failure(L, what, ret_failure);
		loaded = false;
	}
	lua_remove(L, -2);
	return loaded;
}

/* Judges a pipe, terminal or device that was named as the script. */
static FILE *open_stream(const char *path, struct ipe_lua_failure *ret_failure)
{
	FILE *stream = fopen(path, "re");
	struct ipe_check check;
	int error;

	if (!stream) {
		*ret_failure = (struct ipe_lua_failure){ errno, IPE_REASON_UNDECIDED };
		return NULL;
	}
	error = ipe_check_fd(fileno(stream), &check);
	if (judge_failure(error, &check, ret_failure) == 0)
		return stream;
	fclose(stream);
	return NULL;
}

bool ipe_lua_load_script(lua_State *L, const char *path, struct ipe_lua_failure *ret_failure)
{
	struct stat st;
	FILE *stream;
	bool loaded;

	/* Whatever it is by then, what is opened is judged. */
	if (stat(path, &st) < 0 || S_ISREG(st.st_mode))
		return ipe_lua_load_file(L, path, NULL, ret_failure);
	stream = open_stream(path, ret_failure);
	if (!stream) {
		ipe_lua_push_failure(L, path, ret_failure);
		return false;
	}
	lua_pushfstring(L, "@%s", path);
	loaded = load_stream(L, stream, path, lua_tostring(L, -1), ret_failure);
	fclose(stream);
	lua_remove(L, -2);
	return loaded;
}

bool ipe_lua_load_stdin(lua_State *L, struct ipe_lua_failure *ret_failure)
{
	struct ipe_check check;
	int error = ipe_check_stdin(STDIN_FILENO, &check);

	if (judge_failure(error, &check, ret_failure) == 0)
		return load_stream(L, stdin, "stdin", "=stdin", ret_failure);
	ipe_lua_push_failure(L, "stdin", ret_failure);
	return false;
}

bool ipe_lua_load_text(lua_State *L, const char *text, size_t len, const char *chunkname,
		       struct ipe_lua_failure *ret_failure)
{
	struct ipe_check check;
	int error = ipe_check_inline(&check);

	if (judge_failure(error, &check, ret_failure) == 0)
		return load_buffer(L, text, len, "t", chunkname);
	ipe_lua_push_failure(L, "code that is in no file", ret_failure);
	return false;
}
