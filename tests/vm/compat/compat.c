/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Does one operation of a row of the suite "compat", and prints what the kernel said and, each on a
 * line of its own, the audit records that it wrote about it.
 */
#include "compat.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define EXIT_OF_PROGRAM 42

static char result[8192];
static size_t result_size;
static int result_pipe[2];
struct told *told;

void say(const char *format, ...)
{
	va_list args;
	int size;

	va_start(args, format);
	size = vsnprintf(result + result_size, sizeof(result) - result_size, format, args);
	va_end(args);
	result_size += (size_t)size;
	if (result_size >= sizeof(result))
		result_size = sizeof(result) - 1;
}

const char *errno_name(int error)
{
	const char *name = strerrorname_np(error);

	return name ? name : "an errno without a name";
}

void say_status(long ret)
{
	say("%s", ret < 0 ? errno_name(errno) : "ok");
}

static void leave(void) __attribute__((noreturn));

static void leave(void)
{
	if (write(result_pipe[1], result, result_size) != (ssize_t)result_size)
		_exit(3);
	_exit(0);
}

void give_up(const char *what)
{
	say("cannot be tried: %s: %s", what, errno_name(errno));
	leave();
}

void skip(const char *reason)
{
	result_size = 0;
	say("SKIP %s", reason);
	leave();
}

void tell_inode(unsigned long inode)
{
	if (told->inodes < sizeof(told->inode) / sizeof(told->inode[0]))
		told->inode[told->inodes++] = inode;
}

static const struct operation *find_operation(const char *name)
{
	static const struct operation *const tables[] = {
		file_operations, memory_operations, exec_operations,  kernel_operations,
		task_operations, trace_operations,  match_operations,
	};

	for (size_t table = 0; name && table < sizeof(tables) / sizeof(tables[0]); table++) {
		for (const struct operation *op = tables[table]; op->name; op++) {
			if (strcmp(op->name, name) == 0)
				return op;
		}
	}
	return NULL;
}

static const struct operation *next_operation(char **words)
{
	const struct operation *op = find_operation(words[0]);
	int count = 0;

	while (op && words[count + 1] && count < op->words)
		count++;
	return op && count == op->words ? op : NULL;
}

void run_operation(char **words)
{
	const struct operation *op;

	while ((op = next_operation(words))) {
		op->run(words + 1);
		if (!(op->flags & OP_PREFIX))
			return;
		words += 1 + op->words;
	}
	give_up(words[0] ? words[0] : "no operation");
}

/* All flags of the operation and of what stands before it. */
static unsigned int operation_flags(char **words, bool *permissive)
{
	const struct operation *op = next_operation(words);
	unsigned int flags = 0;

	*permissive = false;
	for (; op && op->flags & OP_PREFIX; op = next_operation(words)) {
		flags |= op->flags;
		*permissive |= strcmp(words[0], "permissive") == 0;
		words += 1 + op->words;
	}
	return flags | (op ? op->flags : 0);
}

static void child(char **words) __attribute__((noreturn));

static void child(char **words)
{
	run_operation(words);
	leave();
}

/* A program that was executed has said nothing: its end is the result. */
static void print_result(pid_t pid)
{
	char text[sizeof(result)];
	ssize_t got, size = 0;
	int status;

	close(result_pipe[1]);
	while ((got = read(result_pipe[0], text + size, sizeof(text) - 1 - (size_t)size)) > 0)
		size += got;
	text[size] = '\0';
	waitpid(pid, &status, 0);
	if (size)
		puts(text);
	else if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_OF_PROGRAM)
		puts("ran");
	else if (WIFEXITED(status))
		printf("exit %d\n", WEXITSTATUS(status));
	else
		printf("signal %d\n", WTERMSIG(status));
}

/* A word cannot hold a blank: \\s stands for one. */
static void put_blanks(char *word)
{
	char *escape;

	while ((escape = strstr(word, "\\s"))) {
		*escape = ' ';
		memmove(escape + 1, escape + 2, strlen(escape + 2) + 1);
	}
}

static void enforce(const char *value)
{
	int fd = open(IPE_DIR "enforce", O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, value, 1) != 1) {
		printf("cannot be tried: enforce: %s\n", errno_name(errno));
		exit(1);
	}
	close(fd);
}

int main(int argc, char **argv)
{
	bool permissive;
	unsigned int flags;
	bool enforced;
	pid_t pid;

	if (argc < 2 || !next_operation(argv + 1)) {
		fputs("usage: compat [PREFIX WORD...] OPERATION WORD...\n", stderr);
		return 2;
	}
	for (int i = 1; i < argc; i++)
		put_blanks(argv[i]);
	told = mmap(NULL, sizeof(*told), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (told == MAP_FAILED)
		return 1;
	flags = operation_flags(argv + 1, &permissive);
	enforced = flags & OP_JUDGED && !permissive;
	if (enforced)
		enforce("1");
	if (pipe2(result_pipe, O_CLOEXEC))
		return 1;
	records_begin();
	pid = fork();
	if (pid < 0)
		return 1;
	if (pid == 0)
		child(argv + 1);
	print_result(pid);
	if (flags & OP_UNRECORDED)
		records_forget();
	else
		records_print(flags & OP_BY_KERNEL ? 0 : pid);
	if (enforced)
		enforce("0");
	return 0;
}
