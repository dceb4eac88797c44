/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Attempts to run code that the policy does not trust, in memory that it may trust. Prints the mark
 * of that code if it ran, else the step that was refused or that broke. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/wait.h>
#include <unistd.h>

#include "holes.h"

#define EXIT_REFUSED 1
#define EXIT_BROKEN  3

/* Named pipes in the working directory: where one says that it waits, and for whose writer. */
#define READY "ready"
#define GO    "go"

static const struct exploit *const tables[] = {
	private_exploits, writable_exploits, forced_exploits,
	brk_exploits,	  fault_exploits,    volume_exploits,
};

void refused(const char *step)
{
	printf("refused %s %s\n", step, strerrorname_np(errno));
	exit(EXIT_REFUSED);
}

void broken(const char *step)
{
	printf("broken %s %s\n", step, strerrorname_np(errno));
	exit(EXIT_BROKEN);
}

void *map_file(const char *path, int prot, int flags)
{
	int fd = open(path, flags == MAP_SHARED ? O_RDWR : O_RDONLY);
	void *map;

	if (fd < 0)
		broken("open");
	map = mmap(NULL, PAGE, prot, flags, fd, 0);
	close(fd);
	if (map == MAP_FAILED) {
		if (prot & PROT_EXEC || personality(0xffffffff) & READ_IMPLIES_EXEC)
			refused("mmap");
		broken("mmap");
	}
	return map;
}

size_t code_size(void)
{
	return (size_t)(code_end - code_start);
}

void put_code(void *where)
{
	memcpy(where, code_start, code_size());
}

void run_code(void *where)
{
	void (*code)(void);

	memcpy(&code, &where, sizeof(code));
	code();
}

void put_code_through_mem(int pid, void *where)
{
	char path[32];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/mem", pid);
	fd = open(path, O_RDWR);
	if (fd < 0)
		refused("open-mem");
	if (pwrite(fd, code_start, code_size(), (off_t)(unsigned long)where) !=
	    (ssize_t)code_size())
		refused("write-mem");
	close(fd);
}

static void open_and_close(const char *fifo, int flags)
{
	int fd = open(fifo, flags);

	if (fd < 0)
		broken(fifo);
	close(fd);
}

void wait_until_told(void)
{
	open_and_close(READY, O_WRONLY);
	open_and_close(GO, O_RDONLY);
}

static const struct exploit *find(const char *name)
{
	for (size_t table = 0; table < sizeof(tables) / sizeof(tables[0]); table++)
		for (const struct exploit *exploit = tables[table]; exploit->name; exploit++)
			if (strcmp(exploit->name, name) == 0)
				return exploit;
	return NULL;
}

/* In a child, because memory that is not executable ends who jumps there. */
static int attempt(const struct exploit *exploit, const char *path)
{
	pid_t child = fork();
	int status;

	if (child == 0) {
		exploit->attempt(path);
		exit(0);
	}
	if (child < 0 || waitpid(child, &status, 0) != child)
		broken("fork");
	if (WIFEXITED(status))
		return WEXITSTATUS(status);
	printf("refused run SIG%s\n", sigabbrev_np(WTERMSIG(status)));
	return EXIT_REFUSED;
}

int main(int argc, char **argv)
{
	const struct exploit *exploit = argc == 3 ? find(argv[1]) : NULL;

	setvbuf(stdout, NULL, _IONBF, 0);
	if (argc == 2 && strcmp(argv[1], "code") == 0)
		return write(STDOUT_FILENO, code_start, code_size()) < 0;
	if (!exploit) {
		fputs("usage: holes EXPLOIT TRUSTED-FILE, or holes code\n", stderr);
		return 2;
	}
	return attempt(exploit, argv[2]);
}
