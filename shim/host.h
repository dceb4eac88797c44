/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Adapters: hosts whose code is told from their data exactly, by something that the interpreter
 * itself offers (a hook, a symbol, an open flag), instead of by guessing from names.
 *
 * A host-NAME.c defines struct ipe_host ipe_host_NAME and adds a line to hosts.def; host-NAME.def
 * lists the symbols by which it knows its interpreter and asks it. The constructor installs those
 * whose interpreter is there, with all relocations done and before main(): a debugger can have
 * several interpreters in it. An interpreter that lacks one of the symbols is not started.
 */
#ifndef IPE_SHIM_HOST_H
#define IPE_SHIM_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum ipe_call {
	/* open(2), openat(2), openat2(2), syscall(2) */
	IPE_CALL_OPEN,
	/* fopen(3), freopen(3) */
	IPE_CALL_STREAM,
};

/* One call that opens a file: what its caller asked for, and where the caller is. */
struct ipe_open {
	const char *path;
	/* As for open(2), also where a mode of fopen(3) was given. */
	int flags;
	enum ipe_call call;
	/* The address that the wrapper returns to, and its caller's stack pointer. */
	const void *caller;
	const void *stack;
};

enum ipe_class {
	/* The adapter cannot tell: operand, startup files, suffix and "#!" decide. */
	IPE_CLASS_UNTOLD,
	IPE_CLASS_CODE,
	/* Data, whatever its name looks like. The operands are still judged. */
	IPE_CLASS_DATA,
};

enum ipe_need {
	IPE_NEEDED,
	/* Needed, and programs without the interpreter have it too. */
	IPE_NOT_OWN,
	/* One of all alternatives is needed. */
	IPE_ALTERNATIVE,
	/* Not needed, but nobody else has it. */
	IPE_TELLS,
};

struct ipe_symbol {
	const char *name;
	/* NULL if neither the program nor a library that is loaded with it has it. */
	const void *address;
	enum ipe_need need;
};

struct ipe_host {
	/* For messages: "python3". */
	const char *name;
	/* Programs by the names of their files, with blanks between, which are this interpreter. */
	const char *programs;
	/*
	 * Any one of its own, or the program's name, tells the interpreter. The first that is there
	 * and needed is a function, and tells the object that opens its files.
	 */
	const struct ipe_symbol *symbols;
	size_t symbol_count;

	/*
	 * Installs hooks. False means that the interpreter offers them and refuses them: the
	 * program is then ended. May be NULL.
	 */
	bool (*install)(void);

	/*
	 * Code or data? Called for each open that can read what existed before and whose caller is
	 * in the interpreter's object: another library's opens are not for this adapter to
	 * call data, and anybody can preload an interpreter's library into another program. It is
	 * called from any thread, a signal handler or the child of vfork(2), and so bound by the
	 * rules of a wrapper: no heap, no lock, no stdio, nothing global written. May be NULL,
	 * which is IPE_CLASS_UNTOLD.
	 */
	enum ipe_class (*classify)(const struct ipe_open *open);

	/*
	 * Whether the script, where a command only parses it, is opened for that and not by code that
	 * runs. Called like classify(), for any caller. May be NULL, which is true.
	 */
	bool (*parses)(const struct ipe_open *open);

	/*
	 * Whether the program is ended if what it opens there is refused, because it would go on
	 * without and be less safe. Called like classify(). May be NULL.
	 */
	bool (*needs)(const struct ipe_open *open);
};

/* Addresses of code, for telling callers apart. */
struct ipe_range {
	const char *start;
	const char *end;
};

static inline bool ipe_is_in(const struct ipe_range *range, const void *address)
{
	return (const char *)address >= range->start && (const char *)address < range->end;
}

/* The address of a function, which is NULL for a weak one that nobody has. */
#define ipe_host_address(function) ((const void *)(uintptr_t)(function))

/* For install(): the exported function that starts at @address; empty if there is none. */
struct ipe_range ipe_host_function(const void *address);

/*
 * For install() and for hooks that run before there are threads: @host speaks for opens of the
 * object that @address is in, too.
 */
void ipe_host_add(const struct ipe_host *host, const void *address);

/* For classify() and hooks: whether @path ends in a dot and @suffix. */
bool ipe_host_has_suffix(const char *path, const char *suffix);

/*
 * For hooks. Each tells standard error and the system log of a refusal, with @what as its name, and
 * returns whether the code may run; errno is EACCES if not and as it was if so.
 */
bool ipe_host_allows_fd(int fd, const char *what);
bool ipe_host_allows_stdin(int fd, const char *what);
bool ipe_host_allows_inline(const char *what);

#endif
