/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Starting programs, with the shim in their environment if it is in this one's. */
#include <alloca.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../libipe-enlighten/raw.h"
#include "next.h"
#include "preload.h"
#include "shim.h"

struct execution {
	int dirfd;
	const char *path;
	char *const *argv;
	int flags;
};

static int with_errno(long ret)
{
	if (ret >= 0)
		return (int)ret;
	errno = (int)-ret;
	return -1;
}

static long call_execve(char *const envp[], void *data)
{
	const struct execution *what = data;

	return ipe_raw(SYS_execve, (long)what->path, (long)what->argv, (long)envp, 0, 0, 0);
}

static long call_execveat(char *const envp[], void *data)
{
	const struct execution *what = data;

	return ipe_raw(SYS_execveat, what->dirfd, (long)what->path, (long)what->argv, (long)envp,
		       what->flags, 0);
}

static long call_execvpe(char *const envp[], void *data)
{
	const struct execution *what = data;

	ipe_next()->execvpe(what->path, what->argv, envp);
	return -errno;
}

static int run_path(const char *path, char *const argv[], char *const envp[])
{
	struct execution what = { .path = path, .argv = argv };

	return with_errno(ipe_preload_with(envp, call_execve, &what));
}

static int run_file(const char *file, char *const argv[], char *const envp[])
{
	struct execution what = { .path = file, .argv = argv };

	return with_errno(ipe_preload_with(envp, call_execvpe, &what));
}

long ipe_shim_execute(int dirfd, const char *path, char *const argv[], char *const envp[],
		      int flags)
{
	struct execution what = { dirfd, path, argv, flags };

	return ipe_preload_with(envp, call_execveat, &what);
}

static int run_at(int dirfd, const char *path, char *const argv[], char *const envp[], int flags)
{
	return with_errno(ipe_shim_execute(dirfd, path, argv, envp, flags));
}

IPE_WRAPPER(int, execve, const char *path, char *const argv[], char *const envp[])
{
	return run_path(path, argv, envp);
}

IPE_WRAPPER(int, execv, const char *path, char *const argv[])
{
	return run_path(path, argv, environ);
}

IPE_WRAPPER(int, execvp, const char *file, char *const argv[])
{
	return run_file(file, argv, environ);
}

IPE_WRAPPER(int, execvpe, const char *file, char *const argv[], char *const envp[])
{
	return run_file(file, argv, envp);
}

IPE_EXPORT int ipe_wrap_execveat(int dirfd, const char *path, char *const argv[],
				 char *const envp[], int flags) __asm__("execveat");
int ipe_wrap_execveat(int dirfd, const char *path, char *const argv[], char *const envp[],
		      int flags)
{
	return run_at(dirfd, path, argv, envp, flags);
}

IPE_WRAPPER(int, fexecve, int fd, char *const argv[], char *const envp[])
{
	if (fd < 0 || !argv || !envp)
		return with_errno(-EINVAL);
	return run_at(fd, "", argv, envp, AT_EMPTY_PATH);
}

/* How many arguments there are up to the NULL that ends them. */
static size_t count(const char *argument, va_list rest)
{
	size_t n = 0;

	for (; argument; argument = va_arg(rest, const char *))
		n++;
	return n;
}

/* Moves @n arguments and the NULL behind them into @argv. */
static void collect(char **argv, size_t n, const char *argument, va_list *rest)
{
	for (size_t i = 0; i < n; i++) {
		__builtin_memcpy(&argv[i], &argument, sizeof(argument));
		argument = va_arg(*rest, const char *);
	}
	argv[n] = NULL;
}

#define COLLECT(first)                          \
	va_list rest;                           \
	char **argv;                            \
	size_t n;                               \
	va_start(rest, first);                  \
	n = count(first, rest);                 \
	va_end(rest);                           \
	argv = alloca((n + 1) * sizeof(*argv)); \
	va_start(rest, first);                  \
	collect(argv, n, first, &rest);

IPE_WRAPPER(int, execl, const char *path, const char *first, ...)
{
	COLLECT(first)
	va_end(rest);
	return run_path(path, argv, environ);
}

IPE_WRAPPER(int, execlp, const char *file, const char *first, ...)
{
	COLLECT(first)
	va_end(rest);
	return run_file(file, argv, environ);
}

IPE_WRAPPER(int, execle, const char *path, const char *first, ...)
{
	char *const *envp;

	COLLECT(first)
	envp = va_arg(rest, char *const *);
	va_end(rest);
	return run_path(path, argv, envp);
}

struct spawning {
	ipe_spawn *spawn;
	pid_t *ret_pid;
	const char *path;
	const posix_spawn_file_actions_t *actions;
	const posix_spawnattr_t *attributes;
	char *const *argv;
};

/* An error is positive in these. */
static long call_spawn(char *const envp[], void *data)
{
	const struct spawning *what = data;

	return -what->spawn(what->ret_pid, what->path, what->actions, what->attributes, what->argv,
			    envp);
}

#define SPAWN(name)                                                                              \
	IPE_WRAPPER(int, name, pid_t *ret_pid, const char *path,                                 \
		    const posix_spawn_file_actions_t *actions,                                   \
		    const posix_spawnattr_t *attributes, char *const argv[], char *const envp[]) \
	{                                                                                        \
		struct spawning what = {                                                         \
			ipe_next()->name, ret_pid, path, actions, attributes, argv               \
		};                                                                               \
		return (int)-ipe_preload_with(envp, call_spawn, &what);                          \
	}

SPAWN(posix_spawn)
SPAWN(posix_spawnp)

IPE_WRAPPER(int, system, const char *command)
{
	ipe_preload_restore();
	return ipe_next()->system(command);
}

IPE_WRAPPER(FILE *, popen, const char *command, const char *mode)
{
	ipe_preload_restore();
	return ipe_next()->popen(command, mode);
}

IPE_WRAPPER(FILE *, _IO_popen, const char *command, const char *mode)
{
	ipe_preload_restore();
	return ipe_next()->popen(command, mode);
}

IPE_WRAPPER(int, wordexp, const char *words, wordexp_t *ret, int flags)
{
	ipe_preload_restore();
	return ipe_next()->wordexp(words, ret, flags);
}
