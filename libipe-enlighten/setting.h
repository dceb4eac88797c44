/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A line of /etc/ipe-enlighten.conf, see ipe-enlighten.conf(5): for the library, and for who explains it. */
#ifndef IPE_SETTING_H
#define IPE_SETTING_H

#include <stdbool.h>
#include <stddef.h>

#include "ipe-enlighten.h"

#define IPE_CONFIGURATION_FILE "/etc/ipe-enlighten.conf"
#define IPE_CONFIGURATION_MAX  4096

/* Paths as ipe_list_judged() hands them out. */
struct ipe_judged {
	char *paths;
	size_t len;
};

/* What the lines so far say. */
struct ipe_settings {
	bool inline_seen;
	enum ipe_inline inline_setting;
	/* Code that a running program makes of a string is code without a file. */
	bool eval_is_inline;
	bool unknown_seen;
	/* What programs that nobody knows open is data. */
	bool unknown_is_data;
	/* With room for IPE_JUDGED_MAX bytes, or NULL. */
	struct ipe_judged *judged;
};

enum ipe_setting_fault {
	IPE_SETTING_GOOD,
	IPE_SETTING_NO_KEY,
	IPE_SETTING_NO_SIGN,
	IPE_SETTING_UNKNOWN_KEY,
	IPE_SETTING_NO_VALUE,
	IPE_SETTING_UNKNOWN_VALUE,
	IPE_SETTING_NO_PATH,
	IPE_SETTING_TWICE,
};

/* What is wrong with a line: @word, of @len bytes, is in the line. */
struct ipe_fault {
	enum ipe_setting_fault kind;
	const char *word;
	size_t len;
	/* The key that the line has, where that is known. */
	const char *key;
	/* The words that could stand there, with NULL behind them; or NULL. */
	const char *const *known;
};

/* False, with *@ret_fault filled in, if the line, which has no newline, is malformed. */
bool ipe_parse_setting(const char *line, size_t len, struct ipe_settings *settings,
		       struct ipe_fault *ret_fault);

#endif
