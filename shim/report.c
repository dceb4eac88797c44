/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One line on standard error and one record in the system log for each refusal. */
#include <errno.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../libipe-enlighten/raw.h"
#include "shim.h"
#include "text.h"

void ipe_shim_report(const char *what, const char *reason)
{
	char buf[1024];
	struct ipe_text line = { buf, sizeof(buf), 0 };

	ipe_text_add(&line, "ipe-shim: ");
	ipe_text_add_harmless(&line, what, 400);
	ipe_text_add(&line, ": refused (");
	ipe_text_add(&line, reason);
	ipe_text_add(&line, "); see: ipectl why ");
	ipe_text_add_harmless(&line, what, 400);
	ipe_text_add(&line, "\n");
	ipe_raw(SYS_write, STDERR_FILENO, (long)line.start, (long)line.len, 0, 0, 0);
}
