/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Ruby opens what it interprets with O_NONBLOCK, lest a FIFO keep it waiting, and data without
 * (rb_file_load_ok() in its file.c, open_load_file() in ruby.c).
 */
#include <fcntl.h>

#include "host.h"

extern int rb_cloexec_open(const char *path, int flags, unsigned int mode) __attribute__((weak));

static const void *detect(void)
{
	return ipe_host_address(rb_cloexec_open);
}

/* Other code may ask for O_NONBLOCK as well: its data is judged too then. */
static enum ipe_class classify(const struct ipe_open *open)
{
	return open->flags & O_NONBLOCK ? IPE_CLASS_CODE : IPE_CLASS_UNTOLD;
}

const struct ipe_host ipe_host_ruby = { .name = "ruby", .detect = detect, .classify = classify };
