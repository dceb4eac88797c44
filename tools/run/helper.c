/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "helper.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../output.h"

/* Higher than any descriptor that is kept. */
#define ABOVE (HELPER_FD + 2)

/* Tells the parent who it is, and waits until the parent lets it trace, where Yama is asked. */
static void introduce(int channel)
{
	pid_t self = getpid();

	if (send(channel, &self, sizeof(self), MSG_NOSIGNAL) != sizeof(self) ||
	    !heard_from(channel))
		_exit(1);
}

static bool meet(int channel)
{
	pid_t helper;

	if (TEMP_FAILURE_RETRY(recv(channel, &helper, sizeof(helper), 0)) != sizeof(helper))
		return false;
	/* Unknown to kernels without Yama, which do not ask either. */
	prctl(PR_SET_PTRACER, helper, 0, 0, 0);
	say_ready(channel);
	return true;
}

int spawn_helper(void (*act)(int channel, const void *argument), const void *argument)
{
	int ends[2];
	pid_t child;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
		return -errno;
	child = fork();
	if (child == 0) {
		child = fork();
		if (child != 0)
			_exit(child < 0);
		close(ends[0]);
		introduce(ends[1]);
		act(ends[1], argument);
		_exit(1);
	}
	close(ends[1]);
	if (child > 0 && waitpid(child, NULL, 0) == child && meet(ends[0]))
		return ends[0];
	close(ends[0]);
	return -EAGAIN;
}

bool heard_from(int channel)
{
	char word;

	return TEMP_FAILURE_RETRY(recv(channel, &word, 1, 0)) == 1;
}

void say_ready(int channel)
{
	/* Who is gone is told by the answer that does not come. */
	if (send(channel, "r", 1, MSG_NOSIGNAL) != 1)
		return;
}

/* No signal of the command's terminal; nothing of its files but standard error. */
static bool stand_aside(int channel, int other)
{
	sigset_t all;
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	int high = fcntl(channel, F_DUPFD_CLOEXEC, ABOVE);
	int second = other < 0 ? -1 : fcntl(other, F_DUPFD_CLOEXEC, ABOVE);
	int kept = HELPER_FD + (other >= 0);

	setpgid(0, 0);
	sigfillset(&all);
	sigdelset(&all, SIGUSR1);
	pthread_sigmask(SIG_SETMASK, &all, NULL);
	return null >= 0 && high >= 0 && dup2(null, STDIN_FILENO) == STDIN_FILENO &&
	       dup2(null, STDOUT_FILENO) == STDOUT_FILENO &&
	       dup3(high, HELPER_FD, O_CLOEXEC) == HELPER_FD &&
	       (other < 0 || dup3(second, HELPER_FD + 1, O_CLOEXEC) == HELPER_FD + 1) &&
	       close_range((unsigned int)kept + 1, ~0U, 0) == 0 && chdir("/") == 0;
}

void keep_only(int *channel, int other)
{
	if (!stand_aside(*channel, other)) {
		/* What fcntl(2) says of a number that is not below the limit. */
		if (errno == EINVAL || errno == EBADF || errno == EMFILE)
			complain(
				"run: the limit of open files is too low for the supervisor: raise it "
				"(ulimit -n) to 64 or more");
		else
			complain("run: cannot close the command's files in the helper: %s",
				 strerror(errno));
		_exit(1);
	}
	*channel = HELPER_FD;
}
