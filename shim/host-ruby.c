/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Ruby opens what it interprets with O_NONBLOCK, lest a FIFO keep it waiting, and data without
 * (rb_file_load_ok() in its file.c, open_load_file() in ruby.c).
 */
#include <fcntl.h>

#define IPE_HOST_DEF "host-ruby.def"
#include "host-symbols.h"

/* Other code may ask for O_NONBLOCK as well: its data is judged too then. */
static enum ipe_class classify(const struct ipe_open *open)
{
	return open->flags & O_NONBLOCK ? IPE_CLASS_CODE : IPE_CLASS_UNTOLD;
}

const struct ipe_host ipe_host_ruby = {
	.name = "ruby",
	.programs = "ruby",
	IPE_HOST_SYMBOLS,
	.classify = classify,
};
