/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Calls every function that the shim takes the place of, in every form, and prints what came of it.
 * test_calls.py compares what it prints with and without the shim.
 *
 * Usage: calls		in an empty directory of its own
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <wchar.h>
#include <wordexp.h>

#define KEPT_ERRNO 4711
#define NEW_MODE   0604

extern char **environ;

/* The functions by the names that they have in the object, whatever the headers make of them. */
#define IPE_OPEN(name)	 int call_##name(const char *path, int flags, ...) __asm__(#name);
#define IPE_OPEN_2(name) int call_##name(const char *path, int flags) __asm__(#name);
#define IPE_OPENAT(name) \
	int call_##name(int dirfd, const char *path, int flags, ...) __asm__(#name);
#define IPE_OPENAT_2(name) int call_##name(int dirfd, const char *path, int flags) __asm__(#name);
#define IPE_FOPEN(name)	   FILE *call_##name(const char *path, const char *mode) __asm__(#name);
#define IPE_FREOPEN(name) \
	FILE *call_##name(const char *path, const char *mode, FILE *) __asm__(#name);
#define IPE_OTHER(name)
#define IPE_SPAWN(name)
#include "calls.def"
#undef IPE_OPEN
#undef IPE_OPEN_2
#undef IPE_OPENAT
#undef IPE_OPENAT_2
#undef IPE_FOPEN
#undef IPE_FREOPEN
#undef IPE_OTHER
#undef IPE_SPAWN

__attribute__((format(printf, 1, 2))) static void say(const char *format, ...)
{
	char line[1024];
	va_list arguments;
	int len;

	va_start(arguments, format);
	len = vsnprintf(line, sizeof(line), format, arguments);
	va_end(arguments);
	if (write(STDOUT_FILENO, line, (size_t)len) != len)
		_exit(2);
}

static void write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	if (!file || fputs(text, file) < 0 || fclose(file) != 0)
		_exit(2);
}

static void say_content(const char *path)
{
	char text[64] = "";
	FILE *file = fopen(path, "r");

	if (file) {
		text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
		fclose(file);
	}
	say(" content=%s", file ? text : "none");
}

static void set_up(void)
{
	umask(0);
	unlink("new");
	unlink("file");
	write_file("file", "one\ntwo\n");
	chmod("file", 0644);
	errno = KEPT_ERRNO;
}

static void say_fd(int fd)
{
	struct stat st = { 0 };
	int error = errno;

	if (fd < 0) {
		say(" error=%d", error);
		return;
	}
	fstat(fd, &st);
	say(" fd=%d flags=%o cloexec=%d mode=%o size=%ld errno=%d", fd, fcntl(fd, F_GETFL),
	    fcntl(fd, F_GETFD), st.st_mode, S_ISDIR(st.st_mode) ? 0 : (long)st.st_size, error);
	close(fd);
}

static const struct form {
	const char *path;
	int flags;
} forms[] = {
	{ "file", O_RDONLY },
	{ "file", O_WRONLY },
	{ "file", O_RDWR },
	{ "file", O_RDONLY | O_CLOEXEC },
	{ "file", O_RDONLY | O_NONBLOCK | O_NOCTTY },
	{ "file", O_RDONLY | O_DIRECTORY },
	{ "file", O_RDONLY | O_PATH },
	{ "file", O_RDONLY | O_APPEND | O_SYNC },
	{ "file", O_WRONLY | O_TRUNC },
	{ "file", O_RDWR | O_TRUNC | O_APPEND },
	{ "file", O_RDONLY | O_CREAT },
	{ "file", O_RDONLY | O_CREAT | O_EXCL },
	{ "file", O_RDONLY | O_NOFOLLOW },
	{ "file", O_RDONLY | O_NOATIME },
	{ "link", O_RDONLY },
	{ "link", O_RDONLY | O_NOFOLLOW },
	{ "link", O_PATH | O_NOFOLLOW },
	{ "dangling", O_RDONLY },
	{ "dangling", O_WRONLY | O_CREAT },
	{ "loop", O_RDONLY },
	{ "new", O_RDONLY },
	{ "new", O_WRONLY | O_CREAT },
	{ "new", O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC },
	{ "new", O_RDWR | O_CREAT | O_TRUNC },
	{ ".", O_RDONLY },
	{ ".", O_RDONLY | O_DIRECTORY },
	{ ".", O_RDWR },
	{ ".", O_RDWR | O_TMPFILE },
	{ ".", O_WRONLY | O_TMPFILE | O_EXCL },
	{ "file/below", O_RDONLY },
	{ "missing/below", O_RDONLY },
	{ "", O_RDONLY },
	{ NULL, O_RDONLY },
	{ "fifo", O_RDONLY | O_NONBLOCK },
	{ "fifo", O_WRONLY | O_NONBLOCK },
	{ "fifo", O_RDWR },
	{ "/dev/null", O_RDWR },
	{ "/dev/zero", O_RDONLY },
	{ "/proc/self/stat", O_RDONLY },
	{ "file", O_RDONLY | O_ACCMODE },
	{ "file", ~0 },
	{ "script.sh", O_RDONLY },
	{ "script.sh", O_RDWR | O_CREAT },
	{ "long", O_RDONLY },
};

#define FORMS (sizeof(forms) / sizeof(forms[0]))

static const char *path_of(size_t i)
{
	static char long_name[5000];

	if (!forms[i].path || strcmp(forms[i].path, "long") != 0)
		return forms[i].path;
	memset(long_name, 'x', sizeof(long_name) - 1);
	return long_name;
}

static bool takes_mode(int flags)
{
	return (flags & O_CREAT) || (flags & O_TMPFILE) == O_TMPFILE;
}

static void try_open(const char *name, int (*function)(const char *path, int flags, ...))
{
	for (size_t i = 0; i < FORMS; i++) {
		set_up();
		say("%s %zu", name, i);
		say_fd(takes_mode(forms[i].flags) ? function(path_of(i), forms[i].flags, NEW_MODE)
						  : function(path_of(i), forms[i].flags));
		say("\n");
		unlink("target");
	}
}

static void try_openat(const char *name,
		       int (*function)(int dirfd, const char *path, int flags, ...))
{
	static const int closed = 900;
	int directory = open("folder", O_RDONLY | O_DIRECTORY);
	int no_directory = open("file", O_RDONLY);

	for (size_t i = 0; i < FORMS; i++) {
		set_up();
		say("%s %zu", name, i);
		say_fd(function(AT_FDCWD, path_of(i), forms[i].flags, NEW_MODE));
		errno = KEPT_ERRNO;
		say_fd(function(directory, path_of(i), forms[i].flags, NEW_MODE));
		say_fd(function(closed, path_of(i), forms[i].flags, NEW_MODE));
		say_fd(function(no_directory, path_of(i), forms[i].flags, NEW_MODE));
		say("\n");
		unlink("folder/new");
		unlink("target");
	}
	close(directory);
	close(no_directory);
}

/* How a child ends that calls without the mode that it would need. */
static void say_end(pid_t child)
{
	int status = 0;

	waitpid(child, &status, 0);
	say(" status=%d signal=%d", WIFEXITED(status) ? WEXITSTATUS(status) : -1,
	    WIFSIGNALED(status) ? WTERMSIG(status) : 0);
}

static void try_open_2(const char *name, int (*function)(const char *path, int flags))
{
	for (size_t i = 0; i < FORMS; i++) {
		pid_t child;

		set_up();
		say("%s %zu", name, i);
		if (!takes_mode(forms[i].flags)) {
			say_fd(function(path_of(i), forms[i].flags));
		} else {
			child = fork();
			if (child == 0)
				_exit(function(path_of(i), forms[i].flags) < 0);
			say_end(child);
		}
		say("\n");
	}
}

static int (*openat_2)(int dirfd, const char *path, int flags);

static int at_working_directory(const char *path, int flags)
{
	return openat_2(AT_FDCWD, path, flags);
}

static void try_openat_2(const char *name, int (*function)(int dirfd, const char *path, int flags))
{
	openat_2 = function;
	try_open_2(name, at_working_directory);
}

static const char *const modes[] = {
	"r",
	"r+",
	"rb",
	"rb+",
	"r+b",
	"rt",
	"re",
	"rm",
	"rc",
	"rx",
	"r+x",
	"rbe",
	"rbe+",
	"rbcem+",
	"rbcemx",
	"rbcemx+",
	"rzzzzz+",
	"rzzzzzz+",
	"w",
	"w+",
	"wb",
	"wx",
	"w+x",
	"wxe",
	"we",
	"wm",
	"wc",
	"a",
	"a+",
	"ab",
	"ae",
	"ax",
	"a+e",
	"ab+",
	"rw",
	"ra",
	"",
	"+",
	"b",
	"z",
	"er",
	" r",
	"r,ccs=UTF-8",
	"w,ccs=UTF-8",
	"r+,ccs=UTF-8",
	"re,ccs=UTF-8",
	"r,ccs=",
	"r,ccs=NO-SUCH-SET",
	"r,e",
	"r,x",
	"r,+",
	"a,+x",
	"a,ccs=UTF-8",
	"rb,ccs=UTF-8",
};

#define MODES (sizeof(modes) / sizeof(modes[0]))

static void say_stream(FILE *stream)
{
	int error = errno, c, put;
	long at;

	if (!stream) {
		say(" error=%d", error);
		return;
	}
	say(" fd=%d flags=%o cloexec=%d errno=%d", fileno(stream), fcntl(fileno(stream), F_GETFL),
	    fcntl(fileno(stream), F_GETFD), error);
	say(" wide=%d", fwide(stream, 0));
	at = ftell(stream);
	say(" at=%ld", at);
	c = fwide(stream, 0) > 0 ? (int)fgetwc(stream) : fgetc(stream);
	say(" get=%d error=%d", c, ferror(stream) != 0);
	clearerr(stream);
	fseek(stream, 0, SEEK_CUR);
	put = fwide(stream, 0) > 0 ? (int)fputwc(L'X', stream) : fputc('X', stream);
	say(" put=%d error=%d", put, ferror(stream) != 0);
	say(" at=%ld", ftell(stream));
	say(" close=%d", fclose(stream));
}

static void try_fopen(const char *name, FILE *(*function)(const char *path, const char *mode))
{
	static const char *const paths[] = { "file", "new", ".", "missing/below", "/dev/null", "" };

	for (size_t i = 0; i < MODES; i++) {
		for (size_t j = 0; j < sizeof(paths) / sizeof(paths[0]); j++) {
			set_up();
			say("%s %s %s", name, modes[i], paths[j]);
			say_stream(function(paths[j], modes[i]));
			say_content("file");
			say_content("new");
			say("\n");
		}
	}
}

/* A stream that was read from, at a descriptor that is not the lowest free one. */
static FILE *stream_to_reopen(void)
{
	int low = open("/dev/null", O_RDONLY | O_CLOEXEC);
	FILE *stream = fopen("other", "r+");

	if (!stream || fgetc(stream) != 'o')
		_exit(2);
	close(low);
	errno = KEPT_ERRNO;
	return stream;
}

static void try_freopen(const char *name,
			FILE *(*function)(const char *path, const char *mode, FILE *stream))
{
	static const char *const paths[] = { "file", "new", ".", "missing/below", NULL };

	for (size_t i = 0; i < MODES; i++) {
		for (size_t j = 0; j < sizeof(paths) / sizeof(paths[0]); j++) {
			FILE *old;

			set_up();
			old = stream_to_reopen();
			say("%s %s %s", name, modes[i], paths[j] ? paths[j] : "NULL");
			say_stream(function(paths[j], modes[i], old));
			say_content("file");
			say_content("new");
			say_content("other");
			say("\n");
			write_file("other", "other\n");
		}
	}
}

static void try_standard_streams(void)
{
	pid_t child;

	set_up();
	child = fork();
	if (child == 0) {
		FILE *stream = freopen("file", "r", stdin);

		say("freopen stdin same=%d fd=%d get=%d", stream == stdin, fileno(stdin),
		    getchar());
		stream = freopen("missing", "r", stdin);
		say(" null=%d fd=%d", !stream, fcntl(0, F_GETFD));
		_exit(0);
	}
	say_end(child);
	say("\n");
}

static void try_realpath(void)
{
	static const char *const paths[] = { "file",	 "link", "folder/../link",
					     "dangling", "loop", "missing",
					     "" };
	char room[PATH_MAX];

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		char *found = realpath(paths[i], NULL), *same = realpath(paths[i], room);

		say("realpath %s %s errno=%d", paths[i], found ? found : "none", found ? 0 : errno);
		say(" same=%d\n", found ? same == room && strcmp(found, same) == 0 : !same);
		free(found);
	}
}

static void try_openat2(void)
{
	static const struct open_how hows[] = {
		{ .flags = O_RDONLY },
		{ .flags = O_RDONLY | O_CLOEXEC },
		{ .flags = O_WRONLY | O_CREAT, .mode = NEW_MODE },
		{ .flags = O_RDONLY, .mode = NEW_MODE },
		{ .flags = O_RDONLY, .resolve = RESOLVE_NO_SYMLINKS },
		{ .flags = O_RDONLY, .resolve = RESOLVE_BENEATH },
		{ .flags = O_RDONLY, .resolve = 1 << 30 },
		{ .flags = 1ULL << 40 },
		{ .flags = O_PATH },
	};
	static const char *const paths[] = { "file", "link", "folder/../file", "new", "script.sh" };

	for (size_t i = 0; i < sizeof(hows) / sizeof(hows[0]) * 5; i++) {
		struct open_how how = hows[i / 5];

		set_up();
		say("openat2 %zu", i);
		say_fd((int)syscall(SYS_openat2, AT_FDCWD, paths[i % 5], &how, sizeof(how)));
		say("\n");
	}
	set_up();
	say("openat2 bad");
	say_fd((int)syscall(SYS_openat2, AT_FDCWD, "file", NULL, sizeof(struct open_how)));
	say_fd((int)syscall(SYS_openat2, AT_FDCWD, "file", &hows[0], (size_t)4));
	say_fd((int)syscall(SYS_openat2, AT_FDCWD, NULL, &hows[0], sizeof(hows[0])));
	say("\n");
}

static void try_syscall(void)
{
	char *area;

	set_up();
	say("syscall");
	say_fd((int)syscall(SYS_openat, AT_FDCWD, "file", O_RDONLY));
	say_fd((int)syscall(SYS_openat, AT_FDCWD, "new", O_WRONLY | O_CREAT | O_CLOEXEC, NEW_MODE));
	say_fd((int)syscall(SYS_openat, AT_FDCWD, NULL, O_RDONLY));
#ifdef SYS_open
	say_fd((int)syscall(SYS_open, "file", O_RDWR));
	say_fd((int)syscall(SYS_open, "missing", O_RDWR));
#endif
	errno = KEPT_ERRNO;
	area = (char *)syscall(SYS_mmap, NULL, (size_t)4096, PROT_READ | PROT_WRITE,
			       MAP_PRIVATE | MAP_ANONYMOUS, -1, (off_t)0);
	say(" same=%d mapped=%d", syscall(SYS_getpid) == getpid(), area != MAP_FAILED);
	say(" unmapped=%ld errno=%d", syscall(SYS_munmap, area, (size_t)4096), errno);
	say(" unknown=%ld errno=%d", syscall(100000), errno);
	say(" write=%ld\n", syscall(SYS_write, -1, "", (size_t)1));
}

static char program[4096];

/* What a program that was started finds; the shim's own variable is left out. */
static int show(int argc, char **argv)
{
	for (int i = 0; i < argc; i++)
		say(" [%s]", argv[i]);
	for (char **variable = environ; *variable; variable++)
		if (strncmp(*variable, "LD_PRELOAD=", strlen("LD_PRELOAD=")) != 0)
			say(" {%s}", *variable);
	return 7;
}

static int start(int number, const char *path)
{
	char *argv[] = { "zero", "--show", "one", NULL };
	char *envp[] = { "PATH=.:/usr/bin:/bin", "A=1", NULL };
	int fd = open(program, O_RDONLY | O_CLOEXEC | O_PATH);

	errno = KEPT_ERRNO;
	switch (number) {
	case 0:
		return execve(path, argv, envp);
	case 1:
		return execv(path, argv);
	case 2:
		return execvp(path, argv);
	case 3:
		return execvpe(path, argv, envp);
	case 4:
		return execl(path, "zero", "--show", "one", "two", (char *)NULL);
	case 5:
		return execlp(path, "zero", "--show", (char *)NULL);
	case 6:
		return execle(path, "zero", "--show", "one", (char *)NULL, envp);
	case 7:
		return fexecve(strcmp(path, program) == 0 ? fd : -1, argv, envp);
	case 8:
		return execveat(AT_FDCWD, path, argv, envp, 0);
	case 9:
		return execveat(fd, "", argv, envp, AT_EMPTY_PATH);
	case 10:
		return execve(path, argv, NULL);
	case 11:
		return (int)syscall(SYS_execve, path, argv, envp);
	case 12:
		return (int)syscall(SYS_execveat, AT_FDCWD, path, argv, envp, 0);
	default:
		return execveat(fd, "", argv, envp, 1 << 30);
	}
}

static void try_exec(void)
{
	const char *const paths[] = { program, "missing", "file", "in-path", "no-shebang", "." };

	for (int number = 0; number <= 13; number++) {
		for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
			pid_t child;

			set_up();
			say("exec %d %zu", number, i);
			child = fork();
			if (child == 0) {
				start(number, paths[i]);
				say(" error=%d", errno);
				_exit(1);
			}
			say_end(child);
			say("\n");
		}
	}
}

static void say_spawned(int (*spawn)(pid_t *, const char *, const posix_spawn_file_actions_t *,
				     const posix_spawnattr_t *, char *const[], char *const[]),
			const char *path)
{
	char *argv[] = { "zero", "--show", NULL };
	char *envp[] = { "A=1", NULL };
	pid_t child = -1;
	int error;

	set_up();
	error = spawn(&child, path, NULL, NULL, argv, envp);
	if (error == 0)
		say_end(child);
	say(" ret=%d errno=%d", error, errno);
}

static void try_spawn(void)
{
	const char *const paths[] = { program, "missing", "file", "in-path", "no-shebang" };

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		say("posix_spawn %zu", i);
		say_spawned(posix_spawn, paths[i]);
		say_spawned(posix_spawnp, paths[i]);
		say("\n");
	}
}

FILE *io_popen(const char *command, const char *mode) __asm__("_IO_popen");

static void say_pipe(FILE *stream)
{
	char text[64] = "";

	if (!stream) {
		say(" error=%d", errno);
		return;
	}
	say(" got=%s", fgets(text, sizeof(text), stream) ? text : "nothing");
	say(" status=%d", pclose(stream));
}

static void try_shells(void)
{
	wordexp_t words;

	set_up();
	say("system %d %d %d", system("exit 3"), system("kill -9 $$"), system(NULL));
	say("\npopen");
	say_pipe(popen("echo text", "r"));
	say_pipe(popen("exit 4", "re"));
	say_pipe(popen("true", "z"));
	say_pipe(io_popen("echo text", "r"));
	say("\nwordexp %d", wordexp("a $((1 + 2)) $(echo b)", &words, 0));
	for (size_t i = 0; i < words.we_wordc; i++)
		say(" [%s]", words.we_wordv[i]);
	wordfree(&words);
	say(" %d %d\n", wordexp("$(echo b)", &words, WRDE_NOCMD), wordexp("(", &words, 0));
}

static void prepare(void)
{
	ssize_t len = readlink("/proc/self/exe", program, sizeof(program) - 1);

	program[len > 0 ? len : 0] = '\0';
	write_file("file", "");
	write_file("other", "other\n");
	write_file("script.sh", "#!/bin/sh\n");
	write_file("no-shebang", "printf ' no-shebang %s' \"$*\"\n");
	chmod("no-shebang", 0755);
	if (mkdir("folder", 0755) < 0 || symlink("file", "link") < 0 ||
	    symlink("target", "dangling") < 0 || symlink("loop", "loop") < 0 ||
	    mkfifo("fifo", 0644) < 0 || symlink(program, "in-path") < 0)
		_exit(2);
}

int main(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "--show") == 0)
		return show(argc, argv);
	prepare();
#define IPE_OPEN(name)	   try_open(#name, call_##name);
#define IPE_OPEN_2(name)   try_open_2(#name, call_##name);
#define IPE_OPENAT(name)   try_openat(#name, call_##name);
#define IPE_OPENAT_2(name) try_openat_2(#name, call_##name);
#define IPE_FOPEN(name)	   try_fopen(#name, call_##name);
#define IPE_FREOPEN(name)  try_freopen(#name, call_##name);
#define IPE_OTHER(name)
#define IPE_SPAWN(name)
#include "calls.def"
	try_standard_streams();
	try_realpath();
	try_openat2();
	try_syscall();
	try_exec();
	try_spawn();
	try_shells();
	return EXIT_SUCCESS;
}
