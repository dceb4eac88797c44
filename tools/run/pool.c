/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The supervisor's threads. One waits for a request, lets the next one wait in its place, and does
 * what is asked, so that an open that blocks holds up nobody else.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <seccomp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "securebits.h"
#include "supervisor.h"

#define STACK_SIZE ((size_t)256 << 10)
#define WORKER_MAX 1024
#define IDLE_MAX   4

static pthread_mutex_t receiving = PTHREAD_MUTEX_INITIALIZER;
static _Atomic int idle;
static _Atomic int workers;

static void respond(int listener, uint64_t id, int value)
{
	struct seccomp_notif_resp response = { .id = id,
					       .val = value < 0 ? 0 : value,
					       .error = value < 0 ? value : 0 };

	/* Fails if the asker is gone, and then nobody waits for it. */
	TEMP_FAILURE_RETRY(ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &response));
}

/*
 * Gives the descriptor to the asker: its number there, or a negative errno. SECCOMP_ADDFD_FLAG_SEND
 * would end the call in the same step; but if a signal comes in between, SIGSTOP for one, kernels
 * then let the call return 0, and the asker would go on with its standard input.
 */
static int deliver(const struct request *request)
{
	struct seccomp_notif_addfd addfd = {
		.id = request->id,
		.srcfd = (uint32_t)request->fd,
		.newfd_flags = request->how.flags & O_CLOEXEC,
	};
	const int listener = request->supervisor->listener;
	long fd = TEMP_FAILURE_RETRY(ioctl(listener, SECCOMP_IOCTL_NOTIF_ADDFD, &addfd));

	return fd < 0 ? -errno : (int)fd;
}

/* The caller's own limit comes through as the kernel would have told it; this one is ours. */
static int own_error(struct request *request, int error)
{
	if (error != -EMFILE)
		return error;
	request->limit = "the supervisor has no descriptors left";
	return -ENFILE;
}

void open_for(struct request *request)
{
	const struct supervisor *supervisor = request->supervisor;
	struct capabilities first = supervisor->own;

	first.effective = supervisor->first_effective;
	if (request->other_credentials || request->other_user_namespace || request->root >= 0) {
		open_as_stand_in(request);
	} else if (set_capabilities(&first)) {
		open_here(request);
		set_capabilities(&supervisor->own);
	} else {
		request->fd = -EPERM;
	}
	/* It was found to depend on them only when it was open. */
	if (request->fd < 0 && request->join_namespaces)
		open_as_stand_in(request);
}

int open_path_for(const struct request *request, const char *path)
{
	struct request other = *request;
	size_t len = strlen(path);

	if (len == 0 || len >= sizeof(other.path))
		return len == 0 ? -ENOENT : -ENAMETOOLONG;
	memcpy(other.path, path, len + 1);
	other.how = (struct open_how){ .flags = O_PATH };
	other.join_namespaces = false;
	other.start = openat(request->proc, "cwd", O_PATH | O_CLOEXEC);
	if (other.start < 0)
		return -errno;
	open_for(&other);
	close(other.start);
	return other.fd;
}

static void answer(struct request *request)
{
	int ret = own_error(request, request->fd);

	if (ret >= 0 && request->judged && request->check.verdict != IPE_ALLOW &&
	    (request->supervisor->all || is_code(request))) {
		report_refusal(request);
		ret = -EACCES;
	} else if (request->limit) {
		report_limit(request, ret);
	}
	if (ret >= 0)
		ret = deliver(request);
	if (request->fd >= 0)
		close(request->fd);
	respond(request->supervisor->listener, request->id, ret);
}

/* What the kernel judges itself it does itself. */
static void let_call(const struct request *request)
{
	struct seccomp_notif_resp response = { .id = request->id,
					       .flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE };

	TEMP_FAILURE_RETRY(
		ioctl(request->supervisor->listener, SECCOMP_IOCTL_NOTIF_SEND, &response));
}

static void answer_execution(struct request *request)
{
	int error = own_error(request, request->fd == 0 ? judge_execution(request) : request->fd);

	if (request->refused_code)
		report_refusal(request);
	else if (request->limit)
		report_limit(request, error);
	if (request->fd > 0)
		close(request->fd);
	if (error == 0)
		let_call(request);
	else
		respond(request->supervisor->listener, request->id, error);
}

static bool is_securebits_call(const struct seccomp_notif *notification)
{
	const struct seccomp_data *data = &notification->data;

	return data->nr == seccomp_syscall_resolve_name_arch(data->arch, "prctl");
}

static void handle(struct worker *worker, const struct seccomp_notif *notification)
{
	struct request request = {
		.worker = worker,
		.supervisor = worker->supervisor,
		.id = notification->id,
		.tid = (pid_t)notification->pid,
		.proc = -1,
		.start = -1,
		.root = -1,
	};

	if (is_securebits_call(notification)) {
		demand_securebits(notification->data.args[1]);
		let_call(&request);
		return;
	}
	note_begin(worker, request.id, request.tid);
	request.fd = read_request(&request, notification);
	if (request.fd == 0 && !follow_securebits()) {
		request.limit =
			"the supervisor cannot take on the securebits of what it supervises";
		request.fd = -EACCES;
	}
	if (request.executes) {
		answer_execution(&request);
	} else {
		if (request.fd == 0)
			open_for(&request);
		answer(&request);
	}
	forget_request(&request);
	note_end(worker);
}

/* Until there is one; ends the process when nobody is left who could make one. */
static void receive(int listener, struct seccomp_notif *notification)
{
	struct pollfd ready = { .fd = listener, .events = POLLIN };

	for (;;) {
		if (poll(&ready, 1, -1) < 0)
			continue;
		*notification = (struct seccomp_notif){ 0 };
		if (ready.revents & POLLIN &&
		    ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, notification) == 0)
			return;
		/* POLLERR says no more than that a signal came in between. */
		if (ready.revents & POLLHUP)
			_exit(0);
	}
}

static bool start_worker(struct supervisor *supervisor);

/* Whether the request was taken by this thread; others are ready for the next. */
static bool take(struct worker *worker, struct seccomp_notif *notification)
{
	bool taken = true;

	idle++;
	pthread_mutex_lock(&receiving);
	idle--;
	receive(worker->supervisor->listener, notification);
	/* With nobody to take its place this thread must not do what may block. */
	if (idle == 0 && !start_worker(worker->supervisor)) {
		respond(worker->supervisor->listener, notification->id, -ENOMEM);
		taken = false;
	}
	pthread_mutex_unlock(&receiving);
	return taken;
}

static void *work(void *argument)
{
	struct worker *worker = argument;
	struct seccomp_notif notification;

	/* For a umask of its own. */
	if (unshare(CLONE_FS) < 0)
		_exit(1);
	worker->self = (pid_t)syscall(SYS_gettid);
	add_worker(worker);
	do {
		if (take(worker, &notification))
			handle(worker, &notification);
	} while (idle < IDLE_MAX);
	remove_worker(worker);
	free(worker->status);
	free(worker);
	workers--;
	return NULL;
}

static bool start_worker(struct supervisor *supervisor)
{
	struct worker *worker = workers < WORKER_MAX ? calloc(1, sizeof(*worker)) : NULL;
	pthread_attr_t attributes;
	pthread_t thread;
	int error;

	if (!worker)
		return false;
	worker->supervisor = supervisor;
	workers++;
	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, STACK_SIZE);
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	error = pthread_create(&thread, &attributes, work, worker);
	pthread_attr_destroy(&attributes);
	if (error == 0)
		return true;
	workers--;
	free(worker);
	return false;
}

bool start_pool(struct supervisor *supervisor)
{
	return start_worker(supervisor);
}
