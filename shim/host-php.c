/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * PHP 7.4 and later. Whatever is included, and what auto_prepend_file names, is opened by a
 * function that PHP calls through a pointer, so that extensions can take its place. PHP sets it
 * while it starts, and then calls zend_post_startup_cb. So it is with the function that compiles a
 * string.
 *
 * Settings name code to be run and functions that may not be: PHP is ended if those that it is given
 * are refused.
 */
#include <stddef.h>

#include "ipe-enlighten.h"

struct zend_file_handle;
struct zend_op_array;
struct zend_class_entry;
typedef int (*stream_opener)(struct zend_file_handle *handle);
typedef int (*startup_callback)(void);
/* Before PHP 8.2 there is no @position. */
typedef struct zend_op_array *(*string_compiler)(void *source, const char *name,
						 unsigned long position);

#define IPE_HOST_DEF "host-php.def"
#include "host-symbols.h"

static stream_opener open_stream;
static string_compiler compile_string;
static bool judges_eval;
static bool is_started;
static startup_callback started_before;

/* No user's code runs meanwhile, but for a stream wrapper, whose own files count as code then. */
static __thread int opening __attribute__((tls_model("initial-exec")));

static int open_code(struct zend_file_handle *handle)
{
	int result;

	opening++;
	result = open_stream(handle);
	opening--;
	return result;
}

static struct zend_op_array *judge_string(void *source, const char *name, unsigned long position)
{
	if (ipe_host_allows_inline("a string that PHP evaluates"))
		return compile_string(source, name, position);
	zend_throw_error(NULL, "Cannot evaluate a string: Permission denied");
	return NULL;
}

static int started(void)
{
	if (judges_eval) {
		compile_string = zend_compile_string;
		zend_compile_string = judge_string;
	}
	is_started = true;
	open_stream = zend_stream_open_function;
	zend_stream_open_function = open_code;
	return started_before ? started_before() : 0;
}

static bool install(void)
{
	judges_eval = ipe_eval_is_inline();
	started_before = zend_post_startup_cb;
	zend_post_startup_cb = started;
	return true;
}

static bool is_settings(const struct ipe_open *open)
{
	return open->call == IPE_CALL_STREAM &&
	       (!is_started || ipe_host_has_suffix(open->path, "ini"));
}

static enum ipe_class classify(const struct ipe_open *open)
{
	/* By fopen(3) PHP opens its settings, whatever they are called, and its script. */
	if (opening || open->call == IPE_CALL_STREAM || ipe_host_has_suffix(open->path, "ini"))
		return IPE_CLASS_CODE;
	return IPE_CLASS_UNTOLD;
}

const struct ipe_host ipe_host_php = {
	.name = "php",
	.programs = "php",
	IPE_HOST_SYMBOLS,
	.install = install,
	.classify = classify,
	.needs = is_settings,
};
