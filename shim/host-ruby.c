/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Ruby opens what it interprets with O_NONBLOCK, lest a FIFO keep it waiting, and data without
 * (rb_file_load_ok() in its file.c, open_load_file() in ruby.c). What programs in Ruby read to have
 * it evaluated is told by the file whose code runs: irb, erb, the debugger and others that come with
 * Ruby.
 */
#include <fcntl.h>
#include <string.h>

#include "rules.h"

typedef unsigned long value;

#define IPE_HOST_DEF "host-ruby.def"
#include "host-symbols.h"

static const struct ipe_rules *rules;

/* By each end of @path, without its suffix: where Ruby's library is differs from system to system. */
static bool is_reader_of_code(const char *path)
{
	size_t suffix = ipe_host_has_suffix(path, "rb") ? sizeof(".rb") - 1 : 0;

	for (path = strchr(path, '/'); path; path = strchr(path, '/')) {
		path++;
		if (ipe_find_entry(&rules->modules, path, strlen(path) - suffix))
			return true;
	}
	return false;
}

/* Before there are classes, and in threads of other libraries, no code in Ruby runs. */
static bool runs_reader_of_code(void)
{
	const char *file = rb_cObject && ruby_native_thread_p() ? rb_sourcefile() : NULL;

	return file && is_reader_of_code(file);
}

/* Other code may ask for O_NONBLOCK as well: its data is judged too then. */
static enum ipe_class classify(const struct ipe_open *open)
{
	if (open->flags & O_NONBLOCK)
		return IPE_CLASS_CODE;
	return (open->flags & O_ACCMODE) == O_RDONLY && runs_reader_of_code() ? IPE_CLASS_CODE
									      : IPE_CLASS_UNTOLD;
}

static bool install(void)
{
	rules = ipe_find_rules("ruby");
	return true;
}

const struct ipe_host ipe_host_ruby = {
	.name = "ruby",
	.programs = "ruby",
	IPE_HOST_SYMBOLS,
	.install = install,
	.classify = classify,
};
