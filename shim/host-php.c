/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * PHP 7.4 and later. Whatever is included, and what auto_prepend_file names, is opened by a
 * function that PHP calls through a pointer, so that extensions can take its place. PHP sets it
 * while it starts, and then calls zend_post_startup_cb.
 */
#include <stddef.h>

#include "host.h"

struct zend_file_handle;
typedef int (*stream_opener)(struct zend_file_handle *handle);
typedef int (*startup_callback)(void);

#define WEAK __attribute__((weak))
extern stream_opener zend_stream_open_function WEAK;
extern startup_callback zend_post_startup_cb WEAK;
extern void zend_stream_init_filename(struct zend_file_handle *handle, const char *path) WEAK;

static stream_opener open_stream;
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

static int started(void)
{
	open_stream = zend_stream_open_function;
	zend_stream_open_function = open_code;
	return started_before ? started_before() : 0;
}

static const void *detect(void)
{
	return &zend_stream_open_function && &zend_post_startup_cb
		       ? ipe_host_address(zend_stream_init_filename)
		       : NULL;
}

static bool install(void)
{
	started_before = zend_post_startup_cb;
	zend_post_startup_cb = started;
	return true;
}

static enum ipe_class classify(const struct ipe_open *open)
{
	/* Settings name code to be run. */
	if (opening || ipe_host_has_suffix(open->path, "ini"))
		return IPE_CLASS_CODE;
	return IPE_CLASS_UNTOLD;
}

const struct ipe_host ipe_host_php = {
	.name = "php",
	.detect = detect,
	.install = install,
	.classify = classify,
};
