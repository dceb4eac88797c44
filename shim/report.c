/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One line on standard error and one record in the system log for each refusal. */
#include "shim.h"

#include <sys/syscall.h>
#include <unistd.h>

#include "../libipe-enlighten/raw.h"
#include "text.h"

#define LINE_SIZE    2048
#define NAME_IN_LINE 200

static void write_line(const struct ipe_text *line)
{
	ipe_raw(SYS_write, STDERR_FILENO, (long)line->start, (long)line->len, 0, 0, 0);
}

void ipe_shim_report(const char *path, enum ipe_reason reason)
{
	char buf[LINE_SIZE];
	struct ipe_text line = { buf, sizeof(buf), 0 };

	ipe_text_add(&line, "ipe-shim: ");
	ipe_text_add_harmless(&line, path, NAME_IN_LINE);
	ipe_text_add(&line, ": refused (");
	ipe_text_add(&line, ipe_reason_name(reason));
	ipe_text_add(&line, "); see: ipectl why ");
	ipe_text_add_harmless(&line, path, NAME_IN_LINE);
	ipe_text_add(&line, "\n");
	write_line(&line);
}

void ipe_shim_report_other(const char *what, const char *reason, const char *advice)
{
	char buf[LINE_SIZE];
	struct ipe_text line = { buf, sizeof(buf), 0 };

	ipe_text_add(&line, "ipe-shim: ");
	ipe_text_add_harmless(&line, what, NAME_IN_LINE);
	ipe_text_add(&line, ": refused (");
	ipe_text_add(&line, reason);
	ipe_text_add(&line, "). ");
	ipe_text_add(&line, advice);
	ipe_text_add(&line, "\n");
	write_line(&line);
}
