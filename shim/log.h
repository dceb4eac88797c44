/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The system log: the journal, or whoever listens on /dev/log. */
#ifndef IPE_SHIM_LOG_H
#define IPE_SHIM_LOG_H

/* One record of a refusal, unless there were too many of late. Never blocks. */
void ipe_log(const char *what, const char *reason, const char *cause);

#endif
