/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Writes that ignore the protection of an executable page. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "holes.h"

static void own_memory(const char *path)
{
	void *map = map_file(path, PROT_READ | PROT_EXEC, MAP_PRIVATE);

	put_code_through_mem(getpid(), map);
	run_code(map);
}

/* A child that waits to be written to, and then runs what it maps. */
static pid_t victim(void *map, int traceme)
{
	pid_t child = fork();
	int status;

	if (child == 0) {
		if (traceme && ptrace(PTRACE_TRACEME, 0, 0, 0))
			refused("traceme");
		raise(SIGSTOP);
		run_code(map);
		exit(0);
	}
	if (child < 0 || waitpid(child, &status, WUNTRACED) != child)
		broken("fork");
	if (WIFEXITED(status))
		exit(WEXITSTATUS(status));
	return child;
}

static void let_run(pid_t child)
{
	int status;

	kill(child, SIGCONT);
	if (waitpid(child, &status, 0) != child)
		broken("wait");
	exit(WIFEXITED(status) ? WEXITSTATUS(status) : 3);
}

static void other_memory(const char *path)
{
	void *map = map_file(path, PROT_READ | PROT_EXEC, MAP_PRIVATE);
	pid_t child = victim(map, 0);

	put_code_through_mem(child, map);
	let_run(child);
}

static void poke(pid_t child, char *where)
{
	for (const char *code = code_start; code < code_end; code += sizeof(long)) {
		long word;

		memcpy(&word, code, sizeof(word));
		if (ptrace(PTRACE_POKETEXT, child, where + (code - code_start), word)) {
			int error = errno;

			kill(child, SIGKILL);
			errno = error;
			refused("poke");
		}
	}
}

static void traced(const char *path)
{
	void *map = map_file(path, PROT_READ | PROT_EXEC, MAP_PRIVATE);
	pid_t child = victim(map, 1);

	poke(child, map);
	if (ptrace(PTRACE_DETACH, child, 0, 0))
		broken("detach");
	let_run(child);
}

static void attached(const char *path)
{
	void *map = map_file(path, PROT_READ | PROT_EXEC, MAP_PRIVATE);
	pid_t child = victim(map, 0);

	if (ptrace(PTRACE_ATTACH, child, 0, 0)) {
		int error = errno;

		kill(child, SIGKILL);
		errno = error;
		refused("attach");
	}
	kill(child, SIGCONT);
	if (waitpid(child, NULL, 0) != child)
		broken("wait");
	poke(child, map);
	if (ptrace(PTRACE_DETACH, child, 0, 0))
		broken("detach");
	let_run(child);
}

static void write_vectored(const char *path, int prot)
{
	void *map = map_file(path, prot, MAP_PRIVATE);
	pid_t child = victim(map, 0);
	char code[PAGE];
	struct iovec local = { code, code_size() }, remote = { map, code_size() };

	put_code(code);
	if (process_vm_writev(child, &local, 1, &remote, 1, 0) != (ssize_t)code_size()) {
		int error = errno;

		kill(child, SIGKILL);
		errno = error;
		refused("writev");
	}
	let_run(child);
}

static void vectored(const char *path)
{
	write_vectored(path, PROT_READ | PROT_EXEC);
}

/* The controls, where the kernel refuses it always: what may be written to can be. */
static void vectored_writable(const char *path)
{
	write_vectored(path, PROT_READ | PROT_WRITE | PROT_EXEC);
}

static void writable(const char *path)
{
	void *map = map_file(path, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE);

	put_code_through_mem(getpid(), map);
	run_code(map);
}

const struct exploit forced_exploits[] = {
	{ "forced-own-memory", own_memory }, { "forced-other-memory", other_memory },
	{ "forced-traced", traced },	     { "forced-attached", attached },
	{ "forced-vectored", vectored },     { "forced-vectored-writable", vectored_writable },
	{ "forced-writable", writable },     { NULL, NULL },
};
