/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * PHP 7.4 and later. It opens, compiles and evaluates code through pointers, so that extensions can
 * take the functions' places. PHP sets them while it starts, and then calls zend_post_startup_cb.
 * What is opened meanwhile is code, and whatever else PHP opens is data; but archives are code too,
 * because they stay open, and what is included from them later opens nothing.
 *
 * Settings name code to be run and functions that may not be: PHP is ended if those that it is given
 * are refused.
 */
#include "host-php.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ipe-enlighten.h"
#include "shim.h"
#include "words.h"

#define IPE_HOST_DEF "host-php.def"
#include "host-symbols.h"

static stream_opener open_stream;
static file_compiler compile_file;
static string_compiler compile_string;
static startup_callback started_before;
static bool judges_eval;
static bool is_started;

/*
 * Where the outermost function of ours lies that has code opened. Neither that function nor one that
 * it has called returns when PHP gives up a script by longjmp(3): what is not above is over.
 */
static __thread const char *opening __attribute__((tls_model("initial-exec")));

static bool is_opening(const void *stack)
{
	return opening && (const char *)stack < opening;
}

static const char *begin_opening(const char *frame)
{
	const char *outer = is_opening(frame) ? opening : NULL;

	if (!outer)
		opening = frame;
	return outer;
}

/* A file that is no other than standard input is judged as that is. */
static bool allows_descriptor(int fd)
{
	struct stat st = { 0 }, input = { 0 };
	bool is_input = fstat(STDIN_FILENO, &input) == 0 && fstat(fd, &st) == 0 &&
			st.st_dev == input.st_dev && st.st_ino == input.st_ino;

	if (S_ISREG(st.st_mode) && !is_input)
		return ipe_host_allows_fd(fd, "a descriptor that PHP includes");
	return ipe_host_allows_stdin(fd, "a descriptor that PHP includes");
}

/* Made up in memory: by an address that holds it, by the script's own functions. */
static bool allows_memory(const char *label)
{
	if (strcmp(label, "RFC2397") == 0)
		return ipe_host_allows_inline("an address that PHP includes");
	return !judges_eval || ipe_host_allows_inline("text that PHP includes");
}

/*
 * Before anything is read from it. What has no descriptor reads another file, which was judged if it
 * was opened @as_code; an archive always is.
 */
static bool allows_stream(struct php_stream *stream, bool as_code)
{
	const char *label = stream->operations->label;
	int64_t fd = -1;

	if (ipe_has_word("RFC2397 MEMORY TEMP", label))
		return allows_memory(label);
	if (as_code && strcmp(label, "user-space") == 0)
		return allows_memory(label);
	if (strcmp(label, "phar stream") == 0 || (as_code && ipe_has_word("ZLIB BZip2", label)))
		return true;
	if (stream->operations->cast && strcmp(label, "user-space") != 0 &&
	    stream->operations->cast(stream, AS_DESCRIPTOR, (void **)&fd) == 0)
		return allows_descriptor((int)fd);
	ipe_shim_report_other(label, "no-descriptor",
			      "PHP cannot tell which file it includes; include the file itself.");
	return false;
}

/* Their stream of a file holds data. No function of that name can be another's. */
static bool runs_reader_of_data(void)
{
	static const char *const readers[] = { "highlight_file", "show_source",
					       "php_strip_whitespace", "parse_ini_file" };
	const char *space, *function = get_active_function_name();

	for (size_t i = 0; function && i < sizeof(readers) / sizeof(readers[0]); i++)
		if (strcmp(function, readers[i]) == 0)
			return !*get_active_class_name(&space);
	return false;
}

/* Marks what was judged when it was opened. */
static ssize_t read_judged(struct php_stream *stream, char *text, size_t size)
{
	return _php_stream_read(stream, text, size);
}

/* PHP reads files of the C library as streams of another kind. */
static bool has_unjudged_stream(const struct zend_file_handle *handle)
{
	return handle->kind == KIND_STREAM && handle->reader == _php_stream_read;
}

static int open_code(struct zend_file_handle *handle)
{
	const char *frame = __builtin_dwarf_cfa(), *outer;
	int result;

	if (!is_opening(frame) && runs_reader_of_data())
		return open_stream(handle);
	outer = begin_opening(frame);
	result = open_stream(handle);
	opening = outer ? opening : NULL;
	if (result != 0 || !has_unjudged_stream(handle))
		return result;
	handle->reader = read_judged;
	return allows_stream(handle->stream, true) ? 0 : -1;
}

/* php-cgi can take its script from the environment and run it. */
static bool parses_stdin(void)
{
	return ipe_shim.parses_stdin && strcmp(sapi_module[0], "cli") == 0;
}

static bool allows_handle(const struct zend_file_handle *handle)
{
	if (handle->kind == KIND_FILE && fileno(handle->file) == STDIN_FILENO)
		return parses_stdin() || ipe_host_allows_stdin(STDIN_FILENO, "standard input");
	return !has_unjudged_stream(handle) || allows_stream(handle->stream, false);
}

static struct zend_op_array *judge_file(struct zend_file_handle *handle, int kind)
{
	const char *outer = begin_opening(__builtin_dwarf_cfa());
	struct zend_op_array *result = NULL;

	if (allows_handle(handle))
		result = compile_file(handle, kind);
	else
		zend_throw_error(NULL, "Cannot compile a stream: Permission denied");
	opening = outer ? opening : NULL;
	return result;
}

static struct zend_op_array *judge_string(void *source, const char *name, unsigned long position)
{
	if (ipe_host_allows_inline("a string that PHP evaluates"))
		return compile_string(source, name, position);
	zend_throw_error(NULL, "Cannot evaluate a string: Permission denied");
	return NULL;
}

static const struct wrapper_operations *archives;

static struct php_stream *open_in_archive(struct php_stream_wrapper *wrapper, const char *name,
					  const char *mode, int options, void **opened,
					  void *context)
{
	const char *outer = begin_opening(__builtin_dwarf_cfa());
	struct php_stream *result = archives->open(wrapper, name, mode, options, opened, context);

	opening = outer ? opening : NULL;
	return result;
}

static struct php_stream *open_folder_in_archive(struct php_stream_wrapper *wrapper,
						 const char *name, const char *mode, int options,
						 void **opened, void *context)
{
	const char *outer = begin_opening(__builtin_dwarf_cfa());
	struct php_stream *result =
		archives->open_folder(wrapper, name, mode, options, opened, context);

	opening = outer ? opening : NULL;
	return result;
}

static int stat_in_archive(struct php_stream_wrapper *wrapper, const char *name, int flags,
			   void *status, void *context)
{
	const char *outer = begin_opening(__builtin_dwarf_cfa());
	int result = archives->stat(wrapper, name, flags, status, context);

	opening = outer ? opening : NULL;
	return result;
}

/* The addresses of files in archives; the classes for archives are told by their names. */
static bool watch_archives(void)
{
	static struct wrapper_operations operations;
	static struct php_stream_wrapper watched;
	static const char scheme[] = "phar";
	void *const *found = zend_hash_str_find(php_stream_get_url_stream_wrappers_hash_global(),
						scheme, sizeof(scheme) - 1);

	if (!found)
		return true;
	watched = *(const struct php_stream_wrapper *)*found;
	archives = watched.operations;
	operations = *archives;
	operations.open = open_in_archive;
	operations.open_folder = open_folder_in_archive;
	operations.stat = stat_in_archive;
	watched.operations = &operations;
	return php_unregister_url_stream_wrapper(scheme) == 0 &&
	       php_register_url_stream_wrapper(scheme, &watched) == 0;
}

static enum ipe_class classify_of_cache(const struct ipe_open *open)
{
	(void)open;
	return IPE_CLASS_CODE;
}

/* Keeps compiled scripts in files. */
static const struct ipe_host cache = { .name = "opcache", .classify = classify_of_cache };

static int started(void)
{
	const struct zend_extension *opcache = zend_get_extension("Zend OPcache");

	if (!watch_archives()) {
		ipe_shim_report_other("php", "no-hooks", "It does not let archives be watched.");
		ipe_shim_refuse_program();
	}
	if (opcache)
		ipe_host_add(&cache, ipe_host_address(opcache->startup));
	if (judges_eval) {
		compile_string = zend_compile_string;
		zend_compile_string = judge_string;
	}
	compile_file = zend_compile_file;
	zend_compile_file = judge_file;
	open_stream = zend_stream_open_function;
	zend_stream_open_function = open_code;
	is_started = true;
	return started_before ? started_before() : 0;
}

static bool install(void)
{
	judges_eval = ipe_eval_is_inline();
	started_before = zend_post_startup_cb;
	zend_post_startup_cb = started;
	return true;
}

/* By fopen(3) PHP opens its settings, whatever they are called, its script, and Debian's time zones. */
static bool is_stream_of_code(const struct ipe_open *open)
{
	return open->call == IPE_CALL_STREAM && strcmp(ipe_last_part(open->path), "zone.tab") != 0;
}

static bool is_settings(const struct ipe_open *open)
{
	return is_stream_of_code(open) && (!is_started || ipe_host_has_suffix(open->path, "ini"));
}

/* Whether a method of the archives' classes runs, but for those that open what they pack. */
static bool runs_archive(void)
{
	static const char archive[] = "Phar";
	const char *space, *function = get_active_function_name();

	return strncmp(get_active_class_name(&space), archive, sizeof(archive) - 1) == 0 &&
	       !(function &&
		 ipe_has_word("addFile buildFromDirectory buildFromIterator", function));
}

static enum ipe_class classify(const struct ipe_open *open)
{
	if (is_opening(open->stack) || is_stream_of_code(open))
		return IPE_CLASS_CODE;
	if (!is_started)
		return IPE_CLASS_UNTOLD;
	return runs_archive() ? IPE_CLASS_CODE : IPE_CLASS_DATA;
}

/*
 * The script is opened by fopen(3), as settings are before PHP has started and all else is not. php-cgi can
 * take its script from the environment and run it.
 */
static bool parses(const struct ipe_open *open)
{
	return is_started && open->call == IPE_CALL_STREAM && strcmp(sapi_module[0], "cli") == 0;
}

const struct ipe_host ipe_host_php = {
	.name = "php",
	.programs = "php",
	IPE_HOST_SYMBOLS,
	.install = install,
	.classify = classify,
	.parses = parses,
	.needs = is_settings,
};
