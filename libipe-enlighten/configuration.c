/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "config.h"
#include "internal.h"
#include "sys.h"

#define CONFIGURATION_FILE "/etc/ipe-enlighten.conf"
#define CONFIGURATION_MAX  4096

struct span {
	const char *start;
	const char *end;
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static struct span trim(struct span text)
{
	while (text.start < text.end && is_blank(*text.start))
		text.start++;
	while (text.start < text.end && is_blank(text.end[-1]))
		text.end--;
	return text;
}

static bool equals(struct span text, const char *word)
{
	size_t len = (size_t)(text.end - text.start);

	return len == strlen(word) && memcmp(text.start, word, len) == 0;
}

/* Cuts @text at the first @separator; what follows it is left in @text. */
static struct span cut(struct span *text, char separator)
{
	struct span head = *text;
	const char *at = memchr(text->start, separator, (size_t)(text->end - text->start));

	head.end = at ? at : text->end;
	text->start = at ? at + 1 : text->end;
	return head;
}

static bool parse_setting(struct span value, enum ipe_inline *ret)
{
	if (equals(value, "securebits"))
		*ret = IPE_INLINE_SECUREBITS;
	else if (equals(value, "anonymous"))
		*ret = IPE_INLINE_ANONYMOUS;
	else if (equals(value, "deny"))
		*ret = IPE_INLINE_DENY;
	else
		return false;
	return true;
}

static bool parse(struct span text, enum ipe_inline *ret)
{
	bool seen = false;

	while (text.start < text.end) {
		struct span line = cut(&text, '\n');
		struct span value = trim(cut(&line, '#'));
		struct span key;

		if (value.start == value.end)
			continue;
		key = trim(cut(&value, '='));
		if (seen || !equals(key, "inline") || !parse_setting(trim(value), ret))
			return false;
		seen = true;
	}
	return true;
}

static bool read_setting(int fd, enum ipe_inline *ret)
{
	char buf[CONFIGURATION_MAX];
	struct ipe_check check;
	size_t len;

	if (ipe_load_code(fd, IPE_SOURCE_CONFIGURATION, buf, sizeof(buf), &len, &check) < 0 ||
	    check.verdict != IPE_ALLOW)
		return false;
	return parse((struct span){ buf, buf + len }, ret);
}

struct ipe_config ipe_read_config(void)
{
	enum ipe_inline setting = IPE_BUILD_INLINE;
	int fd = ipe_sys_open(AT_FDCWD, CONFIGURATION_FILE,
			      O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	bool good;

	if (fd == -ENOENT)
		return (struct ipe_config){ .inline_setting = IPE_BUILD_INLINE };
	if (fd < 0)
		return (struct ipe_config){ .inline_setting = IPE_INLINE_DENY, .bad = true };
	good = read_setting(fd, &setting);
	ipe_sys_close(fd);
	if (!good)
		setting = IPE_INLINE_DENY;
	return (struct ipe_config){
		.inline_setting = setting > IPE_BUILD_INLINE ? setting : IPE_BUILD_INLINE,
		.bad = !good,
	};
}
