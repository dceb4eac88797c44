/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "config.h"
#include "internal.h"
#include "setting.h"
#include "sys.h"

/* A path has more in front of it there than the NUL that it gets behind it here. */
_Static_assert(IPE_JUDGED_MAX >= IPE_CONFIGURATION_MAX, "there is room for every path");

static bool parse(const char *text, size_t len, struct ipe_settings *settings)
{
	const char *end = text + len;
	struct ipe_fault fault;

	while (text < end) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));
		size_t line = (size_t)((newline ? newline : end) - text);

		if (!ipe_parse_setting(text, line, settings, &fault))
			return false;
		text = newline ? newline + 1 : end;
	}
	return true;
}

/* Its owner is not looked at: in a user namespace root is somebody else. */
static bool may_be_written_by_others(int fd)
{
	struct stat st = { 0 };

	return ipe_sys_fstat(fd, &st) < 0 || st.st_mode & (S_IWGRP | S_IWOTH);
}

static bool read_settings(int fd, struct ipe_settings *settings)
{
	char buf[IPE_CONFIGURATION_MAX];
	struct ipe_check check;
	size_t len;

	if (may_be_written_by_others(fd))
		return false;
	if (ipe_load_code(fd, IPE_SOURCE_CONFIGURATION, buf, sizeof(buf), &len, &check) < 0 ||
	    check.verdict != IPE_ALLOW)
		return false;
	return parse(buf, len, settings);
}

struct ipe_config ipe_read_config(struct ipe_judged *ret_judged)
{
	struct ipe_settings settings = { .inline_setting = IPE_BUILD_INLINE, .judged = ret_judged };
	int fd = ipe_sys_open(AT_FDCWD, IPE_CONFIGURATION_FILE,
			      O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	enum ipe_inline setting;
	bool good;

	if (fd == -ENOENT)
		return (struct ipe_config){ .inline_setting = IPE_BUILD_INLINE };
	if (fd < 0)
		return (struct ipe_config){ .inline_setting = IPE_INLINE_DENY,
					    .eval_is_inline = true,
					    .bad = true };
	good = read_settings(fd, &settings);
	ipe_sys_close(fd);
	setting = good ? settings.inline_setting : IPE_INLINE_DENY;
	return (struct ipe_config){
		.inline_setting = setting > IPE_BUILD_INLINE ? setting : IPE_BUILD_INLINE,
		.eval_is_inline = !good || settings.eval_is_inline,
		.unknown_is_data = good && settings.unknown_is_data,
		.bad = !good,
	};
}

IPE_PUBLIC bool ipe_eval_is_inline(void)
{
	return ipe_read_config(NULL).eval_is_inline;
}

IPE_PUBLIC bool ipe_unknown_is_data(void)
{
	return ipe_read_config(NULL).unknown_is_data;
}

IPE_PUBLIC int ipe_list_judged(char *buf, size_t size, size_t *ret_len, struct ipe_check *ret_check)
{
	struct ipe_judged judged = { .paths = buf };

	if (!buf || !ret_len || !ret_check || size < IPE_JUDGED_MAX)
		return -EINVAL;
	*ret_check = (struct ipe_check){ 0 };
	if (ipe_read_config(&judged).bad) {
		ipe_refuse(ret_check, IPE_REASON_BAD_CONFIGURATION);
		judged.len = 0;
	} else {
		ipe_allow(ret_check);
	}
	*ret_len = judged.len;
	return 0;
}
