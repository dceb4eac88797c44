/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What PHP hands over, as far as it has been the same since PHP 7.4. */
#ifndef IPE_SHIM_HOST_PHP_H
#define IPE_SHIM_HOST_PHP_H

#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

struct zend_op_array;
struct zend_class_entry;
struct zend_file_handle;
struct php_stream;
struct php_stream_wrapper;
struct zend_hash;
typedef int (*stream_opener)(struct zend_file_handle *handle);
typedef int (*startup_callback)(void);
typedef struct zend_op_array *(*file_compiler)(struct zend_file_handle *handle, int kind);
/* Before PHP 8.2 there is no @position. */
typedef struct zend_op_array *(*string_compiler)(void *source, const char *name,
						 unsigned long position);

struct zend_file_handle {
	union {
		FILE *file;
		struct {
			struct php_stream *stream;
			int is_terminal;
			ssize_t (*reader)(struct php_stream *stream, char *text, size_t size);
			void *others[2];
		};
	};
	void *names[2];
	uint8_t kind;
};

#define KIND_FILE   1
#define KIND_STREAM 2

struct php_stream {
	const struct {
		void *functions[4];
		const char *label;
		void *seek;
		int (*cast)(struct php_stream *stream, int kind, void **result);
	} * operations;
};

/* How a stream is asked for its descriptor, as select(2) wants it, without any change to it. */
#define AS_DESCRIPTOR 3

struct php_stream_wrapper {
	const struct wrapper_operations *operations;
	void *data;
	int is_url;
};

struct wrapper_operations {
	struct php_stream *(*open)(struct php_stream_wrapper *wrapper, const char *name,
				   const char *mode, int options, void **opened, void *context);
	void *functions[2];
	int (*stat)(struct php_stream_wrapper *wrapper, const char *name, int flags, void *result,
		    void *context);
	struct php_stream *(*open_folder)(struct php_stream_wrapper *wrapper, const char *name,
					  const char *mode, int options, void **opened,
					  void *context);
	void *others[6];
};

struct zend_extension {
	const char *texts[5];
	void (*startup)(void);
};

#endif
