/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Ruby opens what it interprets with O_NONBLOCK, lest a FIFO keep it waiting, and data without
 * (rb_file_load_ok() in its file.c, open_load_file() in ruby.c).
 */
#include <fcntl.h>
#include <string.h>

#include "host.h"

extern int rb_cloexec_open(const char *path, int flags, unsigned int mode) __attribute__((weak));

static struct ipe_range interpreter;

static bool detect(void)
{
	return rb_cloexec_open;
}

static bool install(void)
{
	int (*function)(const char *, int, unsigned int) = rb_cloexec_open;
	const void *address;

	memcpy(&address, &function, sizeof(address));
	interpreter = ipe_host_object(address);
	return true;
}

static enum ipe_class classify(const struct ipe_open *open)
{
	if (!ipe_is_in(&interpreter, open->caller))
		return IPE_CLASS_UNTOLD;
	/* Trusted code can ask for O_NONBLOCK, and be refused data, but cannot lose it. */
	return open->flags & O_NONBLOCK ? IPE_CLASS_CODE : IPE_CLASS_UNTOLD;
}

const struct ipe_host ipe_host_ruby = { "ruby", detect, install, classify };
