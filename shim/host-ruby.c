/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Ruby opens what it interprets with O_NONBLOCK, lest a FIFO keep it waiting, and data without
 * (rb_file_load_ok() in its file.c, open_load_file() in ruby.c). What programs in Ruby read to have
 * it evaluated is told by the file whose code runs: irb, erb, the debugger and others that come with
 * Ruby. What of it comes from no file, Ruby tells when it has compiled it and runs it next. What else a
 * method opens that gives its caller bytes is data, whatever it is called; of other methods, such as those
 * that compile a file, the suffix decides.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "rules.h"
#include "shim.h"
#include "words.h"

typedef unsigned long value;

#define IPE_HOST_DEF "host-ruby.def"
#include "host-symbols.h"

static const struct ipe_rules *rules;

/* RUBY_EVENT_SCRIPT_COMPILED of Ruby's debug.h. */
#define SCRIPT_COMPILED 0x2000

#define REFUSED		126

/* Of IO, File, Kernel and ARGF, and of RubyVM::AbstractSyntaxTree, which runs nothing. */
static const char data_methods[] =
	"binread bytes copy_stream each_byte each_char each_codepoint each_line eof eof? foreach getbyte "
	"getc gets initialize open parse_file read read_nonblock readbyte readchar readline readlines readpartial "
	"sysopen to_a";

/*
 * What the file at @path of Ruby's own does, by each end of its name without the suffix: where Ruby's
 * library is differs from system to system.
 */
static enum ipe_module kind_of(const char *path)
{
	size_t suffix = ipe_host_has_suffix(path, "rb") ? sizeof(".rb") - 1 : 0;

	for (path = strchr(path, '/'); path; path = strchr(path, '/')) {
		const struct ipe_entry *found;

		path++;
		found = ipe_find_entry(&rules->modules, path, strlen(path) - suffix);
		if (found)
			return (enum ipe_module)found->kind;
	}
	return IPE_MODULE_HARMLESS;
}

/* Before there are classes, and in threads of other libraries, no code in Ruby runs. */
static const char *running_file(void)
{
	return rb_cObject && ruby_native_thread_p() ? rb_sourcefile() : NULL;
}

/*
 * What an option requires runs before the program is read, and can put another file in the place of the
 * descriptor that it is read from.
 */
static bool may_swap_program(void)
{
	const struct ipe_sources *sources = &ipe_shim.sources;
	const size_t programs = sources->stdin_code ? 0 : 1;

	return !sources->inline_code && sources->file_count > programs;
}

static bool is_method_for_data(void)
{
	value name = rb_frame_this_func();
	const char *method = name ? rb_id2name(name) : NULL;

	return method && ipe_has_word(data_methods, method);
}

static enum ipe_module kind_of_running(void)
{
	const char *file = running_file();

	return file ? kind_of(file) : IPE_MODULE_HARMLESS;
}

/* Ruby's name for standard input, and that of what erb and load read there. */
static bool is_of_stdin(value point)
{
	value code = rb_funcall(point, rb_intern("instruction_sequence"), 0);
	value path = rb_funcall(code, rb_intern("path"), 0);

	return strcmp(rb_string_value_cstr(&path), "-") == 0;
}

/* Programs that read lines go on after an exception, but for this one. */
static void judge_compiled(value point, void *data)
{
	(void)data;
	if ((ipe_module_takes_code(kind_of_running()) || is_of_stdin(point)) &&
	    !ipe_host_allows_stdin(STDIN_FILENO, "what a program in Ruby reads to run it"))
		rb_exit(REFUSED);
}

static void watch(void *data)
{
	(void)data;
	rb_tracepoint_enable(rb_tracepoint_new(0, SCRIPT_COMPILED, judge_compiled, NULL));
}

/* Ruby does it before it runs the next line. Signal handlers may ask for it as well. */
static void watch_soon(void)
{
	static bool is_asked;

	if (rb_cObject && !__atomic_exchange_n(&is_asked, true, __ATOMIC_RELAXED) &&
	    !rb_postponed_job_register_one(0, watch, NULL))
		__atomic_store_n(&is_asked, false, __ATOMIC_RELAXED);
}

/* Other code may ask for O_NONBLOCK as well: its data is judged too then. */
static enum ipe_class classify(const struct ipe_open *open)
{
	watch_soon();
	if (open->flags & O_NONBLOCK)
		return IPE_CLASS_CODE;
	if ((open->flags & O_ACCMODE) == O_RDONLY && kind_of_running() >= IPE_MODULE_FILES)
		return IPE_CLASS_CODE;
	return running_file() && is_method_for_data() && !may_swap_program() ? IPE_CLASS_DATA
									     : IPE_CLASS_UNTOLD;
}

/*
 * No method has the script opened. All that comes with Ruby and is loaded before is required by code in
 * Ruby, but for what options of the environment ask for.
 */
static bool parses(const struct ipe_open *open)
{
	const char *options = getenv("RUBYOPT");

	return open->flags & O_NONBLOCK && !(options && *options) && running_file() &&
	       !rb_frame_this_func();
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
	.parses = parses,
};
