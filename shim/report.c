/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One line on standard error and one record in the system log for each refusal. */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "../libipe-enlighten/raw.h"
#include "log.h"
#include "program.h"
#include "shim.h"
#include "text.h"
#include "words.h"

#define LINE_SIZE    2048
#define NAME_IN_LINE 200

/* The kernel's set of signals, one bit each. */
typedef uint64_t signals;
#define JUST_SIGPIPE ((signals)1 << (SIGPIPE - 1))

/* Standard error as the program got it. */
static struct stat first;

void ipe_report_note_standard_error(void)
{
	if (ipe_raw(SYS_fstat, STDERR_FILENO, (long)&first, 0, 0, 0, 0) < 0)
		first = (struct stat){ 0 };
}

/* A program that closes it gets the number again for something that it wants to keep as it is. */
static bool is_standard_error(void)
{
	struct stat st = { 0 };

	if (ipe_raw(SYS_fstat, STDERR_FILENO, (long)&st, 0, 0, 0, 0) < 0)
		return false;
	return (st.st_dev == first.st_dev && st.st_ino == first.st_ino) || S_ISFIFO(st.st_mode) ||
	       S_ISCHR(st.st_mode);
}

/* write(2) to a pipe that nobody reads, without the signal that the program does not expect here. */
static void write_quietly(const struct ipe_text *line)
{
	static const struct timespec at_once;
	static const signals pipe_signal = JUST_SIGPIPE;
	signals before, pending = 0;
	long ret;

	if (!is_standard_error())
		return;
	ipe_raw(SYS_rt_sigpending, (long)&pending, sizeof(pending), 0, 0, 0, 0);
	ipe_raw(SYS_rt_sigprocmask, SIG_BLOCK, (long)&pipe_signal, (long)&before, sizeof(before), 0,
		0);
	ret = ipe_raw(SYS_write, STDERR_FILENO, (long)line->start, (long)line->len, 0, 0, 0);
	if (ret == -EPIPE && !(pending & JUST_SIGPIPE))
		ipe_raw(SYS_rt_sigtimedwait, (long)&pipe_signal, 0, (long)&at_once,
			sizeof(pipe_signal), 0, 0);
	ipe_raw(SYS_rt_sigprocmask, SIG_SETMASK, (long)&before, 0, sizeof(before), 0, 0);
}

static uint64_t digest(const struct ipe_text *text)
{
	uint64_t value = 14695981039346656037U;

	for (size_t i = 0; i < text->len; i++)
		value = (value ^ (unsigned char)text->start[i]) * 1099511628211U;
	return value;
}

/* Interpreters try again: the same refusal is told once a second. */
static bool is_new(const struct ipe_text *line)
{
	static uint64_t last;
	struct timespec now = { 0 };
	uint64_t this;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
	this = digest(line) + (uint64_t)now.tv_sec;
	return __atomic_exchange_n(&last, this, __ATOMIC_RELAXED) != this;
}

static void tell(const struct ipe_text *line, const char *what, const char *reason,
		 const char *cause)
{
	int saved = errno;

	if (is_new(line)) {
		write_quietly(line);
		ipe_log(what, reason, cause);
	}
	errno = saved;
}

static void begin(struct ipe_text *line, const char *what, const char *reason)
{
	ipe_text_add(line, "ipe-shim: ");
	ipe_text_add_harmless(line, what, NAME_IN_LINE);
	ipe_text_add(line, ": refused (");
	ipe_text_add(line, reason);
	ipe_text_add(line, ")");
}

void ipe_shim_report(const char *path, enum ipe_reason reason, const char *why)
{
	char buf[LINE_SIZE];
	struct ipe_text line = { buf, sizeof(buf), 0 };

	begin(&line, path, ipe_reason_name(reason));
	ipe_text_add(&line, "; see: ipectl why ");
	if (*path == '-')
		ipe_text_add(&line, "./");
	ipe_text_add_quoted(&line, path, NAME_IN_LINE);
	if (*why) {
		ipe_text_add(&line, "; it counts as code, because ");
		ipe_text_add(&line, why);
	}
	if (ipe_shim.lacks_configuration)
		ipe_text_add(&line, "; each file counts as code, because the configuration does "
				    "not hold: see: ipectl config");
	else if (ipe_shim.lacks_sites)
		ipe_text_add(&line, "; each file counts as code (no-profile): make one with "
				    "ipe-shim-train");
	ipe_text_add(&line, "\n");
	tell(&line, path, ipe_reason_name(reason), ipe_shim.lacks_sites ? "no-profile" : NULL);
}

void ipe_shim_report_other(const char *what, const char *reason, const char *advice)
{
	char buf[LINE_SIZE];
	struct ipe_text line = { buf, sizeof(buf), 0 };

	begin(&line, what, reason);
	ipe_text_add(&line, ". ");
	ipe_text_add(&line, advice);
	ipe_text_add(&line, "\n");
	tell(&line, what, reason, NULL);
}

/* An option or a setting that no table has is mistyped more often than it is new. */
static const char *inline_advice(const char *what, enum ipe_reason reason)
{
	return strstr(what, " that is not known")
		       ? "Correct it or leave it out: what is not known counts as code."
		       : ipe_reason_advice(reason);
}

/* Many programs may be at work, and the code has no name by which theirs could be found. */
void ipe_shim_report_inline(const char *what, enum ipe_reason reason)
{
	char path[PATH_MAX], buf[LINE_SIZE], room[NAME_IN_LINE];
	struct ipe_text line = { buf, sizeof(buf), 0 };
	struct ipe_text whole = { room, sizeof(room) - 1, 0 };

	if (ipe_program_path(path, sizeof(path))) {
		ipe_text_add(&whole, ipe_last_part(path));
		ipe_text_add(&whole, ": ");
	}
	ipe_text_add(&whole, what);
	room[whole.len] = '\0';
	begin(&line, room, ipe_reason_name(reason));
	ipe_text_add(&line, ". ");
	ipe_text_add(&line, inline_advice(what, reason));
	ipe_text_add(&line, "\n");
	tell(&line, what, ipe_reason_name(reason), NULL);
}

void ipe_shim_report_unknown(void)
{
	static bool told;
	char path[PATH_MAX], buf[LINE_SIZE];
	struct ipe_text line = { buf, sizeof(buf), 0 };
	int saved = errno;

	if (__atomic_exchange_n(&told, true, __ATOMIC_RELAXED))
		return;
	ipe_program_path(path, sizeof(path));
	ipe_text_add(&line, "ipe-shim: ");
	ipe_text_add_harmless(&line, ipe_last_part(path), NAME_IN_LINE);
	ipe_text_add(&line, ": it is not known, so what it reads is data (unknown = data); see "
			    "ipe-enlighten.conf(5)\n");
	write_quietly(&line);
	errno = saved;
}
