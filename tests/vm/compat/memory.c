/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Operations that make memory executable, and targets that can be mapped. */
#include "compat.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PAGE	    4096
#define HUGE_PAGE   (2UL << 20)
#define PROTECTIONS 8

static int open_memfd(bool sealed)
{
	const int seals = F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL;
	int fd = memfd_create("compat", MFD_ALLOW_SEALING);
	size_t size;
	char *program = read_whole(PROGRAM, &size);

	if (fd < 0 || write(fd, program, size) != (ssize_t)size || fchmod(fd, 0755) ||
	    (sealed && fcntl(fd, F_ADD_SEALS, seals)))
		give_up("memfd");
	return fd;
}

static int open_secret_memory(void)
{
	int fd = (int)syscall(SYS_memfd_secret, 0);

	if (fd < 0 && errno == ENOSYS)
		skip("this kernel has no secret memory");
	if (fd < 0 || ftruncate(fd, PAGE))
		give_up("memfd_secret");
	return fd;
}

static int open_path(const char *word)
{
	const char *mark = strstr(word, ":rw");
	char path[4096];
	int fd;

	snprintf(path, sizeof(path), "%.*s", mark ? (int)(mark - word) : (int)strlen(word), word);
	fd = open(path, mark ? O_RDWR : O_RDONLY);
	if (fd < 0)
		give_up(path);
	return fd;
}

static int open_word(const char *word)
{
	if (strcmp(word, "memfd") == 0)
		return open_memfd(false);
	if (strcmp(word, "sealed-memfd") == 0)
		return open_memfd(true);
	if (strcmp(word, "secret-memory") == 0)
		return open_secret_memory();
	return open_path(word);
}

struct target open_target(const char *word)
{
	struct target target = { -1, 0, PAGE };
	unsigned long inode;

	if (strcmp(word, "anonymous") == 0)
		return (struct target){ -1, MAP_ANONYMOUS, PAGE };
	if (strcmp(word, "huge-pages") == 0)
		return (struct target){ -1, MAP_ANONYMOUS | MAP_HUGETLB | MAP_NORESERVE,
					HUGE_PAGE };
	target.fd = open_word(word);
	if (descriptor_info(target.fd, "ino:", &inode))
		tell_inode(inode);
	return target;
}

int protection(const char *word)
{
	static const char letters[] = "rwx";
	static const int bits[] = { PROT_READ, PROT_WRITE, PROT_EXEC };
	int prot = 0;

	for (int i = 0; i < 3; i++) {
		if (strlen(word) != 3 || (word[i] != letters[i] && word[i] != '-'))
			give_up(word);
		if (word[i] == letters[i])
			prot |= bits[i];
	}
	return prot;
}

static const char *protection_name(int prot)
{
	static char name[4];

	snprintf(name, sizeof(name), "%c%c%c", prot & PROT_READ ? 'r' : '-',
		 prot & PROT_WRITE ? 'w' : '-', prot & PROT_EXEC ? 'x' : '-');
	return name;
}

static int sharing(const char *word)
{
	if (strcmp(word, "private") != 0 && strcmp(word, "shared") != 0)
		give_up(word);
	return strcmp(word, "private") == 0 ? MAP_PRIVATE : MAP_SHARED;
}

static void *map(const struct target *target, int prot, int flags)
{
	return mmap(NULL, target->size, prot, flags | target->map_flags, target->fd, 0);
}

/* Memory without a name has an inode, too, which only its mapping tells. */
static void tell_mapping(const void *address)
{
	char line[512];
	unsigned long from, inode;
	FILE *maps = fopen("/proc/self/maps", "re");

	while (maps && fgets(line, sizeof(line), maps)) {
		if (sscanf(line, "%lx-%*x %*s %*s %*s %lu", &from, &inode) == 2 &&
		    from == (unsigned long)address && inode)
			tell_inode(inode);
	}
	if (maps)
		fclose(maps);
}

/* Without the mapping there is nothing to be tried; what refuses it may be a result. */
static void *map_or_leave(const struct target *target, int prot, int flags)
{
	void *address = map(target, prot, flags);

	if (address == MAP_FAILED && target->map_flags & MAP_HUGETLB && errno == EINVAL)
		skip("this kernel has no huge pages");
	if (address == MAP_FAILED)
		give_up("mmap");
	if (target->fd < 0)
		tell_mapping(address);
	return address;
}

int map_executable(char *word)
{
	const struct target target = open_target(word);
	void *address = map(&target, PROT_READ | PROT_EXEC, MAP_PRIVATE);
	int error = address == MAP_FAILED ? errno : 0;

	if (!error)
		munmap(address, target.size);
	if (target.fd >= 0)
		close(target.fd);
	return error;
}

static void op_mmap(char **words)
{
	const int flags = sharing(words[1]);
	const struct target target = open_target(words[2]);

	say_status(map(&target, protection(words[0]), flags) == MAP_FAILED ? -1 : 0);
}

/* Those that are possible; of the others only an errno that is not the usual one is said. */
static void say_if_possible(int prot, int ret)
{
	if (ret == 0)
		say("%s ", protection_name(prot));
	else if (errno != EACCES)
		say("%s:%s ", protection_name(prot), errno_name(errno));
}

static void op_mmap_each(char **words)
{
	const int flags = sharing(words[0]);
	const struct target target = open_target(words[1]);

	for (int prot = 0; prot < PROTECTIONS; prot++)
		say_if_possible(prot, map(&target, prot, flags) == MAP_FAILED ? -1 : 0);
	say(".");
}

static void op_mprotect(char **words)
{
	const int from = protection(words[0]), to = protection(words[1]);
	const int flags = sharing(words[2]);
	const struct target target = open_target(words[3]);

	say_status(mprotect(map_or_leave(&target, from, flags), target.size, to));
}

static void op_mprotect_each(char **words)
{
	const int from = protection(words[0]), flags = sharing(words[1]);
	const struct target target = open_target(words[2]);

	for (int to = 0; to < PROTECTIONS; to++) {
		void *address = map_or_leave(&target, from, flags);

		say_if_possible(to, mprotect(address, target.size, to));
		munmap(address, target.size);
	}
	say(".");
}

/* A private page that differs from the file's. */
static void op_mprotect_written(char **words)
{
	const int to = protection(words[0]);
	const struct target target = open_target(words[1]);
	char *page = map_or_leave(&target, PROT_READ | PROT_WRITE, MAP_PRIVATE);

	page[0] ^= 1;
	say_status(mprotect(page, target.size, to));
}

static void op_pkey_mprotect(char **words)
{
	const int to = protection(words[0]);
	const struct target target = open_target(words[1]);
	void *page = map_or_leave(&target, PROT_READ, MAP_PRIVATE);

	say_status(syscall(SYS_pkey_mprotect, page, target.size, to, -1));
}

/* One call over two mappings, of which the policy may allow the first alone. */
static void op_mprotect_both(char **words)
{
	const struct target first = open_target(words[0]), second = open_target(words[1]);
	char *both = mmap(NULL, 2 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (both == MAP_FAILED ||
	    mmap(both, PAGE, PROT_READ, MAP_PRIVATE | MAP_FIXED | first.map_flags, first.fd, 0) ==
		    MAP_FAILED ||
	    mmap(both + PAGE, PAGE, PROT_READ, MAP_PRIVATE | MAP_FIXED | second.map_flags,
		 second.fd, 0) == MAP_FAILED)
		give_up("mmap");
	say_status(mprotect(both, 2 * PAGE, PROT_READ | PROT_EXEC));
}

/* What is executable already, moved and grown. */
static void op_mremap(char **words)
{
	const struct target target = open_target(words[0]);
	void *old = map_or_leave(&target, PROT_READ | PROT_EXEC, MAP_PRIVATE);

	say_status(mremap(old, PAGE, 4 * PAGE, MREMAP_MAYMOVE) == MAP_FAILED ? -1 : 0);
}

static void op_remap_file_pages(char **words)
{
	const int prot = protection(words[0]);
	struct target target = open_target(words[1]);
	void *address;

	target.size = 2 * PAGE;
	address = map_or_leave(&target, prot, MAP_SHARED);
	say_status(remap_file_pages(address, PAGE, 0, 1, 0));
}

static void op_shmat(char **words)
{
	const int prot = protection(words[0]);
	int flags = (prot & PROT_EXEC ? SHM_EXEC : 0) | (prot & PROT_WRITE ? 0 : SHM_RDONLY);
	int id = shmget(IPC_PRIVATE, PAGE, IPC_CREAT | 0700);
	void *address;

	if (id < 0)
		give_up("shmget");
	/* The inode's number. */
	tell_inode((unsigned long)id);
	address = shmat(id, NULL, flags);
	shmctl(id, IPC_RMID, NULL);
	say_status(address == MAP_FAILED ? -1 : 0);
}

/* Mapped for reading while it could be, and made executable behind it. */
static void op_shm_mprotect(char **words)
{
	const int prot = protection(words[0]);
	int id = shmget(IPC_PRIVATE, PAGE, IPC_CREAT | 0700);
	void *address;

	if (id < 0)
		give_up("shmget");
	tell_inode((unsigned long)id);
	address = shmat(id, NULL, 0);
	shmctl(id, IPC_RMID, NULL);
	say_status(address == MAP_FAILED ? -1 : mprotect(address, PAGE, prot));
}

static void op_heap(char **words)
{
	const int prot = protection(words[0]);
	char *start = sbrk(0);
	char *page = (char *)(((unsigned long)start + 2 * PAGE - 1) & ~(PAGE - 1UL));

	if (brk(page + PAGE))
		give_up("brk");
	say_status(mprotect(page, PAGE, prot));
}

static void op_stack(char **words)
{
	char here = 0;
	char *page = (char *)((unsigned long)&here & ~(PAGE - 1UL));

	say_status(mprotect(page, PAGE, protection(words[0]) | PROT_GROWSDOWN));
}

/* Whether the heap that brk() grows is executable. */
static void op_brk(char **words)
{
	char line[512], permissions[8];
	unsigned long start = (unsigned long)sbrk(0), from, to;
	FILE *maps;

	(void)words;
	if (brk((char *)start + 16 * PAGE)) {
		say_status(-1);
		return;
	}
	maps = fopen("/proc/self/maps", "re");
	while (maps && fgets(line, sizeof(line), maps)) {
		if (sscanf(line, "%lx-%lx %7s", &from, &to, permissions) == 3 &&
		    to >= start + 16 * PAGE && from < start + 16 * PAGE)
			say("%s", permissions);
	}
}

const struct operation memory_operations[] = {
	{ "mmap", 3, OP_JUDGED, op_mmap },
	{ "mmap-each", 2, OP_JUDGED, op_mmap_each },
	{ "mprotect", 4, OP_JUDGED, op_mprotect },
	{ "mprotect-each", 3, OP_JUDGED, op_mprotect_each },
	{ "mprotect-written", 2, OP_JUDGED, op_mprotect_written },
	{ "mprotect-both", 2, OP_JUDGED, op_mprotect_both },
	{ "pkey-mprotect", 2, OP_JUDGED, op_pkey_mprotect },
	{ "mremap", 1, OP_JUDGED, op_mremap },
	{ "remap-file-pages", 2, OP_JUDGED, op_remap_file_pages },
	{ "shmat", 1, OP_JUDGED, op_shmat },
	{ "shm-mprotect", 1, OP_JUDGED, op_shm_mprotect },
	{ "heap", 1, OP_JUDGED, op_heap },
	{ "stack", 1, OP_JUDGED, op_stack },
	{ "brk", 0, OP_JUDGED, op_brk },
	{ 0 },
};
