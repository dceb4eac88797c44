/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A thread of the supervisor may wait for as long as a FIFO has no writer. The thread that asked for
 * it can be killed meanwhile, or get a signal, which the kernel then does not wake it for.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "supervisor.h"

#define PERIOD_MS  50
#define PATIENT_MS 20
/* The kernel's own: begin the call again unless a handler without SA_RESTART was called. */
#define ERESTARTSYS 512

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct worker *all_workers;
static bool watching;
static int alarm_fd = -1;

static void do_nothing(int signal)
{
	(void)signal;
}

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

bool start_watch(void)
{
	struct sigaction action = { .sa_handler = do_nothing };

	alarm_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	return alarm_fd >= 0 && sigaction(SIGUSR1, &action, NULL) == 0;
}

void add_worker(struct worker *worker)
{
	pthread_mutex_lock(&lock);
	worker->next = all_workers;
	all_workers = worker;
	pthread_mutex_unlock(&lock);
}

void remove_worker(struct worker *worker)
{
	struct worker **link = &all_workers;

	pthread_mutex_lock(&lock);
	while (*link != worker)
		link = &(*link)->next;
	*link = worker->next;
	pthread_mutex_unlock(&lock);
}

void note_begin(struct worker *worker, uint64_t id, pid_t target)
{
	bool sleeping;

	pthread_mutex_lock(&lock);
	worker->busy = true;
	worker->id = id;
	worker->target = target;
	worker->since = now_ms();
	worker->opener = worker->self;
	worker->interruption = 0;
	sleeping = !watching;
	watching = true;
	pthread_mutex_unlock(&lock);
	if (sleeping)
		eventfd_write(alarm_fd, 1);
}

void note_opener(struct worker *worker)
{
	pthread_mutex_lock(&lock);
	worker->opener = worker->self;
	pthread_mutex_unlock(&lock);
}

void note_end(struct worker *worker)
{
	pthread_mutex_lock(&lock);
	worker->busy = false;
	pthread_mutex_unlock(&lock);
}

static uint64_t signals(const char *status, const char *name)
{
	const char *line = status_line(status, name);

	return line ? strtoull(line, NULL, 16) : 0;
}

/*
 * A signal for the process may be another thread's to handle. If it is not this thread's after all,
 * the kernel would show the program an errno that is none, so that it is only told of EINTR.
 */
static int interruption_for(const char *status)
{
	const char *threads = status_line(status, "Threads:");
	uint64_t open_to = ~signals(status, "SigBlk:");

	if (signals(status, "SigPnd:") & open_to)
		return -ERESTARTSYS;
	if (!(signals(status, "ShdPnd:") & open_to))
		return 0;
	return threads && atoi(threads) == 1 ? -ERESTARTSYS : -EINTR;
}

static void look_after(const struct supervisor *supervisor, struct worker *worker)
{
	static char *status;
	static size_t size;
	char name[32];
	int proc;

	if (seccomp_notify_id_valid(supervisor->listener, worker->id) != 0) {
		worker->interruption = -EINTR;
	} else {
		snprintf(name, sizeof(name), "%d", worker->target);
		proc = openat(supervisor->proc, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
		if (proc >= 0 && read_status(proc, &status, &size) == 0)
			worker->interruption = interruption_for(status);
		if (proc >= 0)
			close(proc);
	}
	/* Again and again: the first may come just before the call that it is to interrupt. */
	if (worker->interruption != 0)
		syscall(SYS_tkill, worker->opener, SIGUSR1);
}

static void look_around(const struct supervisor *supervisor)
{
	int64_t now = now_ms();
	bool any = false;

	pthread_mutex_lock(&lock);
	for (struct worker *worker = all_workers; worker; worker = worker->next) {
		any = any || worker->busy;
		if (worker->busy && now - worker->since >= PATIENT_MS)
			look_after(supervisor, worker);
	}
	watching = any;
	pthread_mutex_unlock(&lock);
}

void watch(struct supervisor *supervisor)
{
	struct pollfd events[2] = {
		{ .fd = alarm_fd, .events = POLLIN },
		{ .fd = supervisor->first_pidfd, .events = POLLIN },
	};
	eventfd_t count;

	for (;;) {
		events[0].fd = watching ? -1 : alarm_fd;
		if (poll(events, 2, watching ? PERIOD_MS : -1) < 0)
			continue;
		if (events[0].revents)
			eventfd_read(alarm_fd, &count);
		if (events[1].revents) {
			leave_standard_error();
			events[1].fd = -1;
		}
		look_around(supervisor);
	}
}
