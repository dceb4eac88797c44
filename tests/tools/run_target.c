/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the tests of 'ipectl run' run: one thing for each name that it may have as first argument. */
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/openat2.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#define X32 0x40000000

static const char *outcome(long ret)
{
	return ret < 0 ? strerrorname_np(errno) : "ok";
}

static long open_raw(const char *path, int flags)
{
	return syscall(SYS_openat, AT_FDCWD, path, flags, 0600);
}

/* read PATH...: the first line of each, or an errno. */
static int do_read(char **argv)
{
	for (; *argv; argv++) {
		char text[64] = "";
		long fd = open_raw(*argv, O_RDONLY);

		if (fd < 0) {
			puts(strerrorname_np(errno));
			continue;
		}
		if (read((int)fd, text, sizeof(text) - 1) < 0)
			strcpy(text, strerrorname_np(errno));
		text[strcspn(text, "\n")] = '\0';
		puts(text);
		close((int)fd);
	}
	return 0;
}

/* The races: a thread changes what is opened while it is opened. */
static struct race {
	char path[256];
	const char *good;
	const char *bad;
	int dirs[2];
	_Atomic int over;
} race;

static void *rewrite_path(void *unused)
{
	while (!race.over) {
		strcpy(race.path, race.bad);
		strcpy(race.path, race.good);
	}
	return unused;
}

static void *swap_link(void *unused)
{
	while (!race.over) {
		symlink(race.bad, "swap.new");
		rename("swap.new", race.path);
		symlink(race.good, "swap.new");
		rename("swap.new", race.path);
	}
	return unused;
}

static void *swap_directory(void *unused)
{
	while (!race.over) {
		dup2(race.dirs[0], 100);
		dup2(race.dirs[1], 100);
		close(100);
		dup2(race.dirs[1], 100);
	}
	return unused;
}

/* Opens so many times; says how often it got what, by the first letter of the file. */
static int run_race(void *(*change)(void *), const char *count, int dir)
{
	int good = 0, bad = 0, refused = 0, other = 0;
	pthread_t thread;

	pthread_create(&thread, NULL, change, NULL);
	for (int left = atoi(count); left > 0; left--) {
		char letter = '\0';
		long fd = syscall(SYS_openat, dir, race.path, O_RDONLY | O_CLOEXEC, 0);

		if (fd >= 0 && read((int)fd, &letter, 1) == 1 && letter == 'g')
			good++;
		else if (fd >= 0 && letter == 'b')
			bad++;
		else if (fd < 0 && errno == EACCES)
			refused++;
		else {
			other++;
			char l[64], n[256] = "";
			snprintf(l, 64, "/proc/self/fd/%ld", fd);
			readlink(l, n, 255);
			fprintf(stderr, "link %s pos %ld\n", n, (long)lseek((int)fd, 0, SEEK_CUR));
			fprintf(stderr, "other fd %ld errno %s letter %d\n", fd,
				strerrorname_np(errno), letter);
		}
		if (fd >= 0)
			close((int)fd);
	}
	race.over = 1;
	pthread_join(thread, NULL);
	printf("good %d bad %d refused %d other %d\n", good, bad, refused, other);
	return 0;
}

/* race-path GOOD BAD COUNT */
static int do_race_path(char **argv)
{
	race.good = argv[0];
	race.bad = argv[1];
	return run_race(rewrite_path, argv[2], AT_FDCWD);
}

/* race-link LINK GOOD BAD COUNT */
static int do_race_link(char **argv)
{
	strcpy(race.path, argv[0]);
	race.good = argv[1];
	race.bad = argv[2];
	return run_race(swap_link, argv[3], AT_FDCWD);
}

/* race-directory NAME GOOD-DIRECTORY BAD-DIRECTORY COUNT */
static int do_race_directory(char **argv)
{
	strcpy(race.path, argv[0]);
	race.dirs[0] = open(argv[1], O_PATH | O_DIRECTORY);
	race.dirs[1] = open(argv[2], O_PATH | O_DIRECTORY);
	return run_race(swap_directory, argv[3], 100);
}

struct opening {
	const char *path;
	int count;
	int failed;
};

static void *open_often(void *argument)
{
	struct opening *opening = argument;

	for (int i = 0; i < opening->count; i++) {
		long fd = open_raw(opening->path, O_RDONLY | O_CLOEXEC);

		opening->failed += fd < 0;
		if (fd >= 0)
			close((int)fd);
	}
	return NULL;
}

/* many THREADS COUNT PATH */
static int do_many(char **argv)
{
	int threads = atoi(argv[0]), failed = 0;
	struct opening *openings = calloc((size_t)threads, sizeof(*openings));
	pthread_t *ids = calloc((size_t)threads, sizeof(*ids));

	for (int i = 0; i < threads; i++) {
		openings[i] = (struct opening){ argv[2], atoi(argv[1]), 0 };
		pthread_create(&ids[i], NULL, open_often, &openings[i]);
	}
	for (int i = 0; i < threads; i++) {
		pthread_join(ids[i], NULL);
		failed += openings[i].failed;
	}
	printf("failed %d\n", failed);
	return 0;
}

/* vfork PATH: opened in a child that shares memory. */
static int do_vfork(char **argv)
{
	volatile long fd = -1;
	pid_t child = vfork();

	if (child == 0) {
		fd = open_raw(argv[0], O_RDONLY);
		_exit(0);
	}
	waitpid(child, NULL, 0);
	puts(fd >= 0 ? "ok" : "failed");
	return 0;
}

static void say(const char *name, long ret)
{
	printf("%s %s\n", name, outcome(ret));
}

#ifdef __x86_64__
static long open_by_int80(const char *path)
{
	static char *low;
	long ret;

	low = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1,
		   0);
	strcpy(low, path);
	__asm__ volatile("int $0x80"
			 : "=a"(ret)
			 : "a"(5), "b"(low), "c"(O_RDONLY), "d"(0)
			 : "memory", "r8", "r9", "r10", "r11");
	errno = ret < 0 ? (int)-ret : 0;
	return ret < 0 ? -1 : ret;
}
#endif

/* calls PATH: the ways to open it past openat(2). */
static int do_calls(char **argv)
{
	struct open_how plain = { .flags = O_RDONLY }, path_only = { .flags = O_PATH };
	char params[256] = "";

	say("open", syscall(SYS_open, argv[0], O_RDONLY));
	say("openat2", syscall(SYS_openat2, AT_FDCWD, argv[0], &plain, sizeof(plain)));
	say("openat2-path", syscall(SYS_openat2, AT_FDCWD, argv[0], &path_only, sizeof(path_only)));
	say("io_uring_setup", syscall(SYS_io_uring_setup, 4, params));
	say("io_uring_enter", syscall(SYS_io_uring_enter, 0, 0, 0, 0, NULL, 0));
	say("io_uring_register", syscall(SYS_io_uring_register, 0, 0, NULL, 0));
	say("open_by_handle_at", syscall(SYS_open_by_handle_at, AT_FDCWD, params, O_RDONLY));
	say("landlock_create_ruleset", syscall(SYS_landlock_create_ruleset, NULL, 0, 1));
	say("later", syscall(500));
#ifdef __x86_64__
	say("x32", syscall(X32 | SYS_open, argv[0], O_RDONLY));
	/* A kernel that runs no 32-bit programs ends this one here. */
	fflush(stdout);
	say("int80", open_by_int80(argv[0]));
#endif
	return 0;
}

/* again PATH: opens it for something else, and again by /proc. */
static int do_again(char **argv)
{
	static const int flags[] = { O_PATH, O_WRONLY, O_RDONLY };
	char name[64];

	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
		long fd = open_raw(argv[0], flags[i]);

		say("first", fd);
		snprintf(name, sizeof(name), "/proc/self/fd/%ld", fd);
		say("again", open_raw(name, O_RDONLY));
		snprintf(name, sizeof(name), "/dev/fd/%ld", fd);
		say("again", open_raw(name, O_RDONLY));
	}
	return 0;
}

/* attack PID: takes hold of the supervisor. */
static int do_attack(char **argv)
{
	pid_t pid = atoi(argv[0]);
	char byte = 0, name[64];
	struct iovec local = { &byte, 1 }, remote = { (void *)(uintptr_t)0x10000, 1 };
	int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);

	say("attach", ptrace(PTRACE_ATTACH, pid, 0, 0));
	say("seize", ptrace(PTRACE_SEIZE, pid, 0, 0));
	errno = 0;
	say("process_vm_writev", process_vm_writev(pid, &local, 1, &remote, 1, 0));
	say("pidfd_getfd", syscall(SYS_pidfd_getfd, pidfd, 3, 0));
	snprintf(name, sizeof(name), "/proc/%d/mem", pid);
	say("mem-read", open_raw(name, O_RDONLY));
	say("mem-write", open_raw(name, O_WRONLY));
	say("mem-both", open_raw(name, O_RDWR));
	snprintf(name, sizeof(name), "/proc/%d/fd/2", pid);
	say("fd", open_raw(name, O_RDONLY));
	return 0;
}

static void on_signal(int signal)
{
	(void)signal;
	write(STDOUT_FILENO, "signal\n", 7);
}

/* wait FIFO FLAGS: opens a FIFO that nobody writes to, with an alarm in a second. */
static int do_wait(char **argv)
{
	struct sigaction action = { .sa_handler = on_signal, .sa_flags = atoi(argv[1]) };

	sigaction(SIGALRM, &action, NULL);
	alarm(1);
	setvbuf(stdout, NULL, _IONBF, 0);
	say("open", open_raw(argv[0], O_RDONLY));
	return 0;
}

static void *open_one(void *path)
{
	open_raw(path, O_RDONLY);
	return NULL;
}

/* block COUNT FIFO PATH: opens the path while so many threads wait for the FIFO. */
static int do_block(char **argv)
{
	pthread_t thread;
	pthread_attr_t attributes;

	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, 16384);
	for (int i = atoi(argv[0]); i > 0; i--)
		if (pthread_create(&thread, &attributes, open_one, argv[1]) != 0)
			return 1;
	usleep(300000);
	say("open", open_raw(argv[2], O_RDONLY));
	fflush(stdout);
	_exit(0);
}

static int filter(unsigned int flags, unsigned int call, unsigned int action)
{
	struct sock_filter program[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, action),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog fprog = { sizeof(program) / sizeof(program[0]), program };

	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &fprog);
}

/* filter PATH: is confined by filters of its own. */
static int do_filter(char **argv)
{
	say("listener",
	    filter(SECCOMP_FILTER_FLAG_NEW_LISTENER, SYS_openat, SECCOMP_RET_USER_NOTIF));
	say("before", open_raw(argv[0], O_RDONLY));
	say("filter", filter(0, SYS_openat, SECCOMP_RET_ERRNO | EXDEV));
	say("after", open_raw(argv[0], O_RDONLY));
	say("other", syscall(SYS_open, argv[0], O_RDONLY));
	return 0;
}

/* exhaust COUNT PATH: as many opens as there are descriptors, and one more. */
static int do_exhaust(char **argv)
{
	long fd = 0;

	for (int i = atoi(argv[0]); i > 0 && fd >= 0; i--)
		fd = open_raw(argv[1], O_RDONLY);
	say("last", fd);
	close(10);
	say("freed", open_raw(argv[1], O_RDONLY));
	return 0;
}

/* undumpable PATH */
static int do_undumpable(char **argv)
{
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	say("open", open_raw(argv[0], O_RDONLY));
	return 0;
}

static long map(int protection, int flags, int fd)
{
	return mmap(NULL, 4096, protection, flags, fd, 0) == MAP_FAILED ? -1 : 0;
}

/* code PATH: every way to executable memory. */
static int do_code(char **argv)
{
	const int anonymous = MAP_PRIVATE | MAP_ANONYMOUS;
	char *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, anonymous, -1, 0);
	int file = open(argv[0], O_RDONLY);
	int segment = shmget(IPC_PRIVATE, 4096, 0700);

	say("map-wx", map(PROT_WRITE | PROT_EXEC, anonymous, -1));
	say("map-rwx", map(PROT_READ | PROT_WRITE | PROT_EXEC, anonymous, -1));
	say("map-rx", map(PROT_READ | PROT_EXEC, anonymous, -1));
	say("map-file-wx", map(PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE, file));
	say("map-file-rx", map(PROT_READ | PROT_EXEC, MAP_PRIVATE, file));
	say("map-rw", map(PROT_READ | PROT_WRITE, anonymous, -1));
	say("mprotect", mprotect(page, 4096, PROT_READ | PROT_EXEC));
	say("pkey_mprotect", syscall(SYS_pkey_mprotect, page, 4096, PROT_READ | PROT_EXEC, -1));
	say("mprotect-r", mprotect(page, 4096, PROT_READ));
	say("memfd_create", syscall(SYS_memfd_create, "x", 0));
	say("memfd_secret", syscall(SYS_memfd_secret, 0));
	say("shmat-exec", (long)shmat(segment, NULL, SHM_EXEC | SHM_RDONLY));
	say("shmat", (long)shmat(segment, NULL, 0));
	shmctl(segment, IPC_RMID, NULL);
	say("personality-query", personality(0xffffffff));
	say("personality-exec", personality(READ_IMPLIES_EXEC));
	say("personality-mixed", personality(READ_IMPLIES_EXEC | 0x80000000));
	say("personality", personality(ADDR_NO_RANDOMIZE));
	return 0;
}

/* later PATH: opens it, and once more when a line has come. */
static int do_later(char **argv)
{
	char line[16];

	for (int i = 0; i < 2; i++) {
		puts(outcome(open_raw(argv[0], O_RDONLY)));
		fflush(stdout);
		if (i == 0 && read(STDIN_FILENO, line, sizeof(line)) < 0)
			return 1;
	}
	return 0;
}

/* many-zero COUNT PATH: how often a call returns standard input. */
static int do_many_zero(char **argv)
{
	int zero = 0, failed = 0;

	for (int i = atoi(argv[0]); i > 0; i--) {
		long fd = open_raw(argv[1], O_RDONLY);

		zero += fd == 0;
		failed += fd < 0;
		if (fd > 0)
			close((int)fd);
	}
	printf("zero %d failed %d\n", zero, failed);
	return 0;
}

/* set-securebits BITS COMMAND...: sets them and executes. */
static int do_set_securebits(char **argv)
{
	unsigned long bits = strtoul(argv[0], NULL, 16);

	if (prctl(PR_SET_SECUREBITS, bits, 0, 0, 0) < 0)
		return 77;
	execvp(argv[1], argv + 1);
	return 126;
}

/* securebits: what they are, in hexadecimal. */
static int do_securebits(char **argv)
{
	(void)argv;
	printf("%x\n", (unsigned int)prctl(PR_GET_SECUREBITS, 0, 0, 0, 0));
	return 0;
}

static const struct {
	const char *name;
	int (*act)(char **argv);
} acts[] = {
	{ "read", do_read },
	{ "race-path", do_race_path },
	{ "race-link", do_race_link },
	{ "race-directory", do_race_directory },
	{ "many", do_many },
	{ "vfork", do_vfork },
	{ "calls", do_calls },
	{ "again", do_again },
	{ "attack", do_attack },
	{ "wait", do_wait },
	{ "block", do_block },
	{ "filter", do_filter },
	{ "exhaust", do_exhaust },
	{ "undumpable", do_undumpable },
	{ "code", do_code },
	{ "securebits", do_securebits },
	{ "set-securebits", do_set_securebits },
	{ "later", do_later },
	{ "many-zero", do_many_zero },
};

int main(int argc, char **argv)
{
	for (size_t i = 0; argc > 1 && i < sizeof(acts) / sizeof(acts[0]); i++)
		if (strcmp(argv[1], acts[i].name) == 0)
			return acts[i].act(argv + 2);
	return 2;
}
