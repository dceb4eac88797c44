/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Interpreters by what is in their files, static and stripped ones, too. Two texts are needed: one
 * may be in a message about another program. They stand without their first letter here, or this
 * program were each of them.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "program.h"

#define CHUNK	((size_t)256 << 10)
#define OVERLAP 64

struct text {
	char first;
	const char *rest;
};

/* Those that have the texts of others come first. */
static const struct signature {
	const char *name;
	struct text texts[2];
} signatures[] = {
	{ "vim", { { 'V', "IMRUNTIME" }, { 'E', "492: Not an editor command" } } },
	{ "busybox", { { 'B', "usyBox is a multi-call binary" }, { 'a', "pplet not found" } } },
	{ "bash", { { 'B', "ASH_EXECUTION_STRING" }, { 'B', "ASH_FUNC_" } } },
	{ "zsh", { { 'Z', "SH_EVAL_CONTEXT" }, { 'Z', "DOTDIR" } } },
	{ "mksh", { { 'M', "IRBSD KSH" }, { 'K', "SHEGID" } } },
	{ "mksh", { { '@', "(#)LEGACY KSH" }, { 'K', "SHEGID" } } },
	{ "ksh93", { { '.', "sh.version" }, { '.', "sh.subshell" } } },
	{ "yash", { { 'Y', "ASH_VERSION" }, { 'Y', "ASH_LOADPATH" } } },
	{ "dash", { { 'B', "ad for loop variable" }, { 'E', "OF in backquote substitution" } } },
	{ "python", { { 'P', "YTHONSTARTUP" }, { 'P', "YTHONDONTWRITEBYTECODE" } } },
	{ "python", { { 'P', "y_BytesMain" }, { 'l', "ibpython" } } },
	{ "luajit", { { 'L', "UA_INIT" }, { 'J', "IT compiler disabled" } } },
	{ "luajit", { { 'L', "UA_INIT" }, { 'l', "ibluajit" } } },
	{ "lua", { { 'L', "UA_INIT" }, { 'l', "ua_debug> " } } },
	{ "perl", { { 'P', "ERL5DB" }, { 'P', "ERL5OPT" } } },
	{ "perl", { { 'p', "erl_parse" }, { 'l', "ibperl.so" } } },
	{ "ruby", { { 'r', "uby_run_node" }, { 'r', "uby_options" } } },
	{ "php", { { 'a', "uto_prepend_file" }, { 'P', "HP_SELF" } } },
	{ "deno", { { 'D', "ENO_REPL_HISTORY" }, { 'e', "xt:deno_fetch/" } } },
	{ "bun", { { 'B', "UN_CONFIG_REGISTRY" }, { 'b', "un:internal" } } },
	{ "node", { { 'N', "ODE_OPTIONS" }, { 'n', "ode:internal/" } } },
	{ "node", { { '_', "ZN4node5Start" }, { 'l', "ibnode" } } },
	{ "gawk", { { 'A', "WKLIBPATH" }, { 'G', "AWK_READ_TIMEOUT" } } },
	{ "mawk", { { 'W', "HINY_USERS" }, { 'M', "AWK_LONG_OPTIONS" } } },
	{ "original-awk", { { 'n', "o program filename" }, { 'c', "an't open file %s" } } },
	{ "sed", { { 'u', "nknown option to `s'" }, { 'u', "nterminated `s' command" } } },
	{ "make", { { 'G', "NUMAKEFLAGS" }, { '.', "SECONDEXPANSION" } } },
	{ "expect", { { 'l', "ibexpect" }, { 'E', "xp_" } } },
	{ "wish", { { 'T', "k_MainEx" }, { 'l', "ibtk" } } },
	{ "tclsh", { { 'T', "cl_Main" }, { 'l', "ibtcl" } } },
	{ "guile", { { 's', "cm_boot_guile" }, { 's', "cm_shell" } } },
	{ "m4", { { 'u', "ndivert" }, { 'u', "ndefined builtin" } } },
	{ "bc", { { 'B', "C_ENV_ARGS" }, { 'B', "C_LINE_LENGTH" } } },
	{ "ed", { { 'N', "othing to undo" }, { 'S', "hell access restricted" } } },
	{ "emacs", { { 'E', "MACSLOADPATH" }, { 'l', "oad-source-file-function" } } },
	{ "gnuplot", { { 'G', "NUPLOT_LIB" }, { 'g', "nuplotrc" } } },
	{ "jq", { { 'j', "q_compile_args" }, { 'l', "ibjq" } } },
	{ "sqlite3", { { 'S', "QLITE_HISTORY" }, { '.', "sqliterc" } } },
	{ "R", { { 'R', "f_mainloop" }, { 'l', "ibR.so" } } },
	{ "gdb", { { '.', "gdbinit" }, { '.', "gdbearlyinit" } } },
};

#define SIGNATURE_COUNT (sizeof(signatures) / sizeof(signatures[0]))

/* By a text's first two bytes: whether there is one at all. */
struct beginnings {
	bool any[256][256];
	unsigned char found[SIGNATURE_COUNT];
};

static void find_beginnings(struct beginnings *ret)
{
	memset(ret, 0, sizeof(*ret));
	for (size_t i = 0; i < SIGNATURE_COUNT; i++)
		for (size_t j = 0; j < 2; j++)
			ret->any[(unsigned char)signatures[i].texts[j].first]
				[(unsigned char)signatures[i].texts[j].rest[0]] = true;
}

static void compare_all(struct beginnings *beginnings, const unsigned char *at, size_t len)
{
	for (size_t i = 0; i < SIGNATURE_COUNT; i++) {
		for (size_t j = 0; j < 2; j++) {
			const struct text *text = &signatures[i].texts[j];
			size_t rest = strlen(text->rest);

			if (at[0] == (unsigned char)text->first && rest < len &&
			    memcmp(at + 1, text->rest, rest) == 0)
				beginnings->found[i] |= (unsigned char)(1U << j);
		}
	}
}

static void search(struct beginnings *beginnings, const unsigned char *bytes, size_t len)
{
	for (size_t i = 0; i + 1 < len; i++)
		if (beginnings->any[bytes[i]][bytes[i + 1]])
			compare_all(beginnings, bytes + i, len - i);
}

/* The whole file, what is in no segment as well; 0 or a negative errno. */
static int search_file(int fd, off_t size, unsigned char *bytes, struct beginnings *beginnings)
{
	for (off_t at = 0; at < size; at += (off_t)(CHUNK - OVERLAP)) {
		ssize_t len = TEMP_FAILURE_RETRY(pread(fd, bytes, CHUNK, at));

		if (len <= 0)
			return len < 0 ? -errno : -ESTALE;
		search(beginnings, bytes, (size_t)len);
	}
	return 0;
}

int find_signature(int fd, off_t size, const char **ret)
{
	unsigned char *bytes = malloc(CHUNK);
	struct beginnings *beginnings = malloc(sizeof(*beginnings));
	int error = -ENOMEM;

	*ret = NULL;
	if (bytes && beginnings) {
		find_beginnings(beginnings);
		error = search_file(fd, size, bytes, beginnings);
		for (size_t i = SIGNATURE_COUNT; i-- > 0;)
			if (beginnings->found[i] == 3)
				*ret = signatures[i].name;
	}
	free(beginnings);
	free(bytes);
	return error;
}
