/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "log.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "../libipe-enlighten/raw.h"
#include "text.h"

#define RECORD_SIZE    4096
#define NAME_IN_RECORD 800

/* As many records in as many seconds as a person can make use of. */
#define RECORDS_MAX 10
#define SECONDS	    10

static const struct sockaddr_un journal = { AF_UNIX, "/run/systemd/journal/socket" };
static const struct sockaddr_un syslog_socket = { AF_UNIX, "/dev/log" };

static bool may_log(void)
{
	/* The number of the period, and how many records it has had. */
	static uint64_t state;
	uint64_t before = __atomic_load_n(&state, __ATOMIC_RELAXED);
	struct timespec now = { 0 };
	uint64_t period, after;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
	period = (uint64_t)now.tv_sec / SECONDS + 1;
	do {
		if (before >> 32 != period)
			after = period << 32 | 1;
		else if ((uint32_t)before < RECORDS_MAX)
			after = before + 1;
		else
			return false;
	} while (!__atomic_compare_exchange_n(&state, &before, after, false, __ATOMIC_RELAXED,
					      __ATOMIC_RELAXED));
	return true;
}

static bool send_to(int fd, const struct sockaddr_un *address, const struct ipe_text *record)
{
	size_t len = offsetof(struct sockaddr_un, sun_path) + strlen(address->sun_path);

	return ipe_raw(SYS_sendto, fd, (long)record->start, (long)record->len,
		       MSG_DONTWAIT | MSG_NOSIGNAL, (long)address, (long)len) >= 0;
}

/* The journal adds program, user and process by itself. */
static void write_for_journal(struct ipe_text *record, const char *what, const char *reason,
			      const char *cause)
{
	ipe_text_add(record, "PRIORITY=4\nSYSLOG_IDENTIFIER=ipe-shim\n"
			     "MESSAGE_ID=a7665a9eab9c4b1ba280dc6884f19e6a\nMESSAGE=");
	ipe_text_add_harmless(record, what, NAME_IN_RECORD);
	ipe_text_add(record, ": refused (");
	ipe_text_add(record, reason);
	ipe_text_add(record, ")\nIPE_REASON=");
	ipe_text_add(record, reason);
	if (cause) {
		ipe_text_add(record, "\nIPE_CAUSE=");
		ipe_text_add(record, cause);
	}
	ipe_text_add(record, "\nIPE_FILE=");
	ipe_text_add_harmless(record, what, NAME_IN_RECORD);
	ipe_text_add(record, "\n");
}

static void write_for_syslog(struct ipe_text *record, const char *what, const char *reason,
			     const char *cause)
{
	ipe_text_add(record, "<");
	ipe_text_add_number(record, LOG_AUTHPRIV | LOG_WARNING);
	ipe_text_add(record, ">ipe-shim[");
	ipe_text_add_number(record, (unsigned long)ipe_raw(SYS_getpid, 0, 0, 0, 0, 0, 0));
	ipe_text_add(record, "]: reason=");
	ipe_text_add(record, reason);
	if (cause) {
		ipe_text_add(record, " cause=");
		ipe_text_add(record, cause);
	}
	ipe_text_add(record, " file=");
	ipe_text_add_harmless(record, what, NAME_IN_RECORD);
}

void ipe_log(const char *what, const char *reason, const char *cause)
{
	char room[RECORD_SIZE];
	struct ipe_text record = { room, sizeof(room), 0 };
	int fd;

	if (!may_log())
		return;
	fd = (int)ipe_raw(SYS_socket, AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, 0, 0, 0);
	if (fd < 0)
		return;
	write_for_journal(&record, what, reason, cause);
	if (!send_to(fd, &journal, &record)) {
		record.len = 0;
		write_for_syslog(&record, what, reason, cause);
		send_to(fd, &syslog_socket, &record);
	}
	ipe_raw(SYS_close, fd, 0, 0, 0, 0, 0);
}
