/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Lua 5.4's command line with the gate in place before the first line of Lua code. */
#include <errno.h>
#include <lauxlib.h>
#include <lualib.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../gate.h"
#include "launcher.h"

#define PROGRAM "ipe-lua"

static lua_State *signalled;

struct options {
	bool interactive;
	bool execute;
	bool ignore_environment;
	bool version;
	int script;
};

static void interrupt(lua_State *L, lua_Debug *where)
{
	(void)where;
	lua_sethook(L, NULL, 0, 0);
	luaL_error(L, "interrupted!");
}

/* A second interrupt ends the program. */
static void on_interrupt(int number)
{
	signal(number, SIG_DFL);
	lua_sethook(signalled, interrupt, LUA_MASKCALL | LUA_MASKRET | LUA_MASKLINE | LUA_MASKCOUNT,
		    1);
}

void complain(lua_State *L)
{
	const char *message = lua_tostring(L, -1);

	fprintf(stderr, PROGRAM ": %s\n", message ? message : "(error message is no string)");
	lua_pop(L, 1);
}

static int add_traceback(lua_State *L)
{
	const char *message = lua_tostring(L, 1);

	if (!message) {
		if (luaL_callmeta(L, 1, "__tostring") && lua_type(L, -1) == LUA_TSTRING)
			return 1;
		message = lua_pushfstring(L, "(error object is a %s value)", luaL_typename(L, 1));
	}
	luaL_traceback(L, L, message, 1);
	return 1;
}

int call_lua(lua_State *L, int arguments, int results)
{
	int base = lua_gettop(L) - arguments, status;

	lua_pushcfunction(L, add_traceback);
	lua_insert(L, base);
	signalled = L;
	signal(SIGINT, on_interrupt);
	status = lua_pcall(L, arguments, results, base);
	signal(SIGINT, SIG_DFL);
	lua_remove(L, base);
	return status;
}

/* Runs the chunk on top, or prints the message there. */
static bool run_chunk(lua_State *L, bool loaded, int arguments)
{
	if (loaded && call_lua(L, arguments, 0) == LUA_OK)
		return true;
	complain(L);
	return false;
}

static bool run_text(lua_State *L, const char *text, const char *chunkname)
{
	struct ipe_lua_failure failure;

	return run_chunk(L, ipe_lua_load_text(L, text, strlen(text), chunkname, &failure), 0);
}

static bool run_environment(lua_State *L)
{
	static const char *const names[] = { "LUA_INIT_5_4", "LUA_INIT" };
	struct ipe_lua_failure failure;
	const char *value = NULL, *name = NULL;
	bool done;

	for (size_t i = 0; i < 2 && !value; i++) {
		name = names[i];
		value = getenv(name);
	}
	if (!value)
		return true;
	if (*value == '@')
		return run_chunk(L, ipe_lua_load_file(L, value + 1, NULL, &failure), 0);
	lua_pushfstring(L, "=%s", name);
	done = run_text(L, value, lua_tostring(L, -1));
	lua_pop(L, 1);
	return done;
}

/* -l NAME, or -l VARIABLE=NAME */
static bool run_require(lua_State *L, const char *operand)
{
	const char *equals = strchr(operand, '=');
	const char *module = equals ? equals + 1 : operand, *variable = operand;

	if (equals)
		variable = lua_pushlstring(L, operand, (size_t)(equals - operand));
	lua_getglobal(L, "require");
	lua_pushstring(L, module);
	if (call_lua(L, 1, 1) != LUA_OK) {
		complain(L);
		return false;
	}
	lua_setglobal(L, variable);
	return true;
}

static int usage(const char *what)
{
	fprintf(stderr,
		PROGRAM
		": %s\n"
		"usage: " PROGRAM " [options] [script [args]]\n"
		"Available options are:\n"
		"  -e stat   execute string 'stat'\n"
		"  -i        enter interactive mode after executing 'script'\n"
		"  -l mod    require library 'mod' into global 'mod'\n"
		"  -l g=mod  require library 'mod' into global 'g'\n"
		"  -v        show version information\n"
		"  -E        ignore environment variables\n"
		"  -W        turn warnings on\n"
		"  --        stop handling options\n"
		"  -         stop handling options and execute stdin\n"
		"Each script, module and string is shown to the kernel first; see ipe-lua(1).\n",
		what);
	return EXIT_FAILURE;
}

/* One option; the number of arguments it takes, or 0 if it is wrong. */
static int parse_option(char **argv, struct options *options)
{
	const char *option = argv[0] + 1;

	switch (*option) {
	case 'e':
		options->execute = true;
		return option[1] ? 1 : argv[1] && *argv[1] != '-' ? 2 : 0;
	case 'l':
		return option[1] ? 1 : argv[1] && *argv[1] != '-' ? 2 : 0;
	case 'i':
		options->interactive = true;
		options->version = true;
		break;
	case 'v':
		options->version = true;
		break;
	case 'E':
		options->ignore_environment = true;
		break;
	case 'W':
		break;
	default:
		return 0;
	}
	return option[1] ? 0 : 1;
}

/* Leaves the script's place in @options; false for an option that does not exist. */
static bool parse(char **argv, struct options *options)
{
	int i = argv[0] ? 1 : 0, taken;

	while (argv[i] && argv[i][0] == '-' && argv[i][1]) {
		if (!strcmp(argv[i], "--")) {
			i++;
			break;
		}
		taken = parse_option(argv + i, options);
		options->script = i;
		if (!taken)
			return false;
		i += taken;
	}
	options->script = i;
	return true;
}

/* -e, -l and -W in their order */
static bool run_options(lua_State *L, char **argv, int end)
{
	for (int i = 1; i < end && strcmp(argv[i], "--"); i++) {
		char option = argv[i][1];
		const char *operand = argv[i] + 2;

		if (option == 'W')
			lua_warning(L, "@on", 0);
		if (option != 'e' && option != 'l')
			continue;
		if (!*operand)
			operand = argv[++i];
		if (!(option == 'e' ? run_text(L, operand, "=(command line)")
				    : run_require(L, operand)))
			return false;
	}
	return true;
}

static void push_arguments(lua_State *L, char **argv, int argc, int script)
{
	/* Without a script, as Lua has it, the program itself is arg[0]. */
	int zero = script < argc ? script : 0;

	lua_createtable(L, argc - zero, zero + 1);
	for (int i = 0; i < argc; i++) {
		lua_pushstring(L, argv[i]);
		lua_rawseti(L, -2, i - zero);
	}
	lua_setglobal(L, "arg");
}

static bool run_script(lua_State *L, char **argv, int argc, int script)
{
	struct ipe_lua_failure failure;
	bool loaded, is_stdin = !strcmp(argv[script], "-") && strcmp(argv[script - 1], "--");
	int count = argc - script - 1;

	loaded = is_stdin ? ipe_lua_load_stdin(L, &failure)
			  : ipe_lua_load_script(L, argv[script], &failure);
	if (loaded) {
		luaL_checkstack(L, count + 3, "too many arguments to script");
		for (int i = script + 1; i < argc; i++)
			lua_pushstring(L, argv[i]);
	}
	return run_chunk(L, loaded, count);
}

/* A prompt runs what is typed, which is in no file. */
static bool prompt(lua_State *L)
{
	struct ipe_check check;
	struct ipe_lua_failure failure = { 0 };
	int error = ipe_check_stdin(STDIN_FILENO, &check);

	if (error != 0 || check.verdict != IPE_ALLOW) {
		failure = (struct ipe_lua_failure){ error ? -error : EACCES, check.reason };
		ipe_lua_push_failure(L, "stdin", &failure);
		complain(L);
		return false;
	}
	run_prompt(L);
	return true;
}

static void install_gate(lua_State *L)
{
	luaL_openlibs(L);
	luaL_requiref(L, "ipe", luaopen_ipe, 0);
	lua_getfield(L, -1, "install");
	lua_call(L, 0, 0);
	lua_pop(L, 1);
}

static bool run_all(lua_State *L, char **argv, int argc, const struct options *options)
{
	struct ipe_lua_failure failure;

	if (!options->ignore_environment && !run_environment(L))
		return false;
	if (!run_options(L, argv, options->script))
		return false;
	if (options->script < argc && !run_script(L, argv, argc, options->script) &&
	    !options->interactive)
		return false;
	if (options->interactive)
		return prompt(L);
	if (options->script < argc || options->execute || options->version)
		return true;
	if (!isatty(STDIN_FILENO))
		return run_chunk(L, ipe_lua_load_stdin(L, &failure), 0);
	puts(LUA_COPYRIGHT);
	return prompt(L);
}

static int protected_main(lua_State *L)
{
	int argc = (int)lua_tointeger(L, 1);
	char **argv = lua_touserdata(L, 2);
	struct options options = { 0 };

	if (!parse(argv, &options)) {
		lua_pushfstring(L, "unrecognized option '%s', or one without its argument",
				argv[options.script]);
		lua_pushinteger(L, usage(lua_tostring(L, -1)));
		return 1;
	}
	if (options.version)
		puts(LUA_COPYRIGHT);
	if (options.ignore_environment) {
		lua_pushboolean(L, true);
		lua_setfield(L, LUA_REGISTRYINDEX, "LUA_NOENV");
	}
	install_gate(L);
	push_arguments(L, argv, argc, options.script);
	lua_gc(L, LUA_GCGEN, 0, 0);
	lua_pushinteger(L, run_all(L, argv, argc, &options) ? EXIT_SUCCESS : EXIT_FAILURE);
	return 1;
}

int main(int argc, char **argv)
{
	lua_State *L = luaL_newstate();
	int status = EXIT_FAILURE;

	if (!L) {
		fputs(PROGRAM ": cannot create state: not enough memory\n", stderr);
		return status;
	}
	lua_pushcfunction(L, protected_main);
	lua_pushinteger(L, argc);
	lua_pushlightuserdata(L, argv);
	if (lua_pcall(L, 2, 1, 0) == LUA_OK)
		status = (int)lua_tointeger(L, -1);
	else
		complain(L);
	lua_close(L);
	return status;
}
