/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "config.h"
#include "internal.h"
#include "sys.h"

#define CONFIGURATION_FILE "/etc/ipe-enlighten.conf"
#define CONFIGURATION_MAX  4096

/* A path has more in front of it there than the NUL that it gets behind it here. */
_Static_assert(IPE_JUDGED_MAX >= CONFIGURATION_MAX, "there is room for every path");

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

static bool is_path(struct span value)
{
	if (value.start == value.end || *value.start != '/')
		return false;
	for (const char *c = value.start; c < value.end; c++)
		if ((unsigned char)*c < ' ' || *c == '\x7f')
			return false;
	return true;
}

static void add_judged(struct span path, struct ipe_judged *judged)
{
	size_t len = (size_t)(path.end - path.start);

	memcpy(judged->paths + judged->len, path.start, len);
	judged->paths[judged->len + len] = '\0';
	judged->len += len + 1;
}

/* Every setting of the file. */
struct settings {
	bool inline_seen;
	enum ipe_inline inline_setting;
	bool eval_is_inline;
	bool unknown_seen;
	bool unknown_is_data;
	struct ipe_judged *judged;
};

static bool set_unknown(struct settings *settings, struct span value)
{
	if (settings->unknown_seen || !(equals(value, "code") || equals(value, "data")))
		return false;
	settings->unknown_seen = true;
	settings->unknown_is_data = equals(value, "data");
	return true;
}

static bool set(struct settings *settings, struct span key, struct span value)
{
	if (equals(key, "inline")) {
		if (settings->inline_seen || !parse_setting(value, &settings->inline_setting))
			return false;
		settings->inline_seen = true;
		return true;
	}
	if (equals(key, "eval")) {
		if (settings->eval_is_inline || !equals(value, "inline"))
			return false;
		settings->eval_is_inline = true;
		return true;
	}
	if (equals(key, "unknown"))
		return set_unknown(settings, value);
	if (!equals(key, "judge") || !is_path(value))
		return false;
	if (settings->judged)
		add_judged(value, settings->judged);
	return true;
}

static bool parse(struct span text, struct settings *settings)
{
	while (text.start < text.end) {
		struct span line = cut(&text, '\n');
		struct span value = trim(cut(&line, '#'));
		struct span key;

		if (value.start == value.end)
			continue;
		key = trim(cut(&value, '='));
		if (!set(settings, key, trim(value)))
			return false;
	}
	return true;
}

static bool read_settings(int fd, struct settings *settings)
{
	char buf[CONFIGURATION_MAX];
	struct ipe_check check;
	size_t len;

	if (ipe_load_code(fd, IPE_SOURCE_CONFIGURATION, buf, sizeof(buf), &len, &check) < 0 ||
	    check.verdict != IPE_ALLOW)
		return false;
	return parse((struct span){ buf, buf + len }, settings);
}

struct ipe_config ipe_read_config(struct ipe_judged *ret_judged)
{
	struct settings settings = { .inline_setting = IPE_BUILD_INLINE, .judged = ret_judged };
	int fd = ipe_sys_open(AT_FDCWD, CONFIGURATION_FILE,
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
