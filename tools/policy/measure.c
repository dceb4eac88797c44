/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <libfsverity.h>
#include <linux/openat2.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "code-names.h"
#include "code_files.h"
#include "memory.h"
#include "output.h"
#include "progress.h"

/* Read at once: libfsverity asks for 4096 bytes at a time. */
#define READ_SIZE   (256U << 10)

#define THREADS_MAX 64U

/* More than libfsverity and OpenSSL take for one file at once, and for the first one. */
#define HEADROOM       (1U << 20)
#define FIRST_HEADROOM (8U << 20)

struct measurement {
	struct code_files *files;
	const struct measure_options *options;
	atomic_size_t next;
	atomic_size_t done;
	atomic_bool out_of_memory;
};

/* One thread's reading of one file after the other. */
struct reader {
	int fd;
	char *buf;
	size_t at;
	size_t len;
};

/* 0 or a negative errno, as libfsverity wants it; also for looking at the first bytes. */
static int fill(struct reader *reader)
{
	ssize_t got;

	do
		got = read(reader->fd, reader->buf, READ_SIZE);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return -errno;
	reader->at = 0;
	reader->len = (size_t)got;
	return 0;
}

static int take_bytes(void *context, void *buf, size_t count)
{
	struct reader *reader = context;
	char *out = buf;
	size_t some;
	int error;

	while (count > 0) {
		if (reader->at == reader->len) {
			error = fill(reader);
			if (error < 0)
				return error;
			/* It has become shorter meanwhile. */
			if (reader->len == 0)
				return -ESTALE;
		}
		some = reader->len - reader->at < count ? reader->len - reader->at : count;
		out = mempcpy(out, reader->buf + reader->at, some);
		reader->at += some;
		count -= some;
	}
	return 0;
}

static bool ends_with(const char *path, const char *const suffixes[])
{
	size_t len = strlen(path);

	for (; *suffixes; suffixes++) {
		size_t suffix = strlen(*suffixes);

		if (len > suffix && strcmp(path + len - suffix, *suffixes) == 0)
			return true;
	}
	return false;
}

/* Patterns are of absolute paths. */
static bool matches(const char *path, const char *const patterns[])
{
	char *absolute = *path == '/' ? NULL : realpath(path, NULL);
	bool found = false;

	for (; *patterns && !found; patterns++)
		found = fnmatch(*patterns, absolute ? absolute : path, 0) == 0;
	free(absolute);
	return found;
}

/* What an interpreter reads, an ELF file or a kernel module, whether or not it may be executed. */
static unsigned int find_operation(const struct code_file *file, const struct reader *reader,
				   mode_t mode, bool all)
{
	static const char *const modules[] = { ".ko", ".ko.gz", ".ko.xz", ".ko.zst", NULL };

	if (ends_with(file->path, modules))
		return IPE_OP_KMODULE;
	if (all || (mode & 0111) || ends_with(file->path, ipe_code_suffixes))
		return IPE_OP_EXECUTE;
	if (reader->len >= 4 && memcmp(reader->buf, "\177ELF", 4) == 0)
		return IPE_OP_EXECUTE;
	if (reader->len >= 2 && memcmp(reader->buf, "#!", 2) == 0)
		return IPE_OP_EXECUTE;
	return matches(file->path, ipe_code_patterns) ? IPE_OP_EXECUTE : IPE_OP_COUNT;
}

/* libfsverity aborts where OpenSSL has no memory, and OpenSSL itself may fail in its own ways. */
static bool has_memory(size_t headroom)
{
	void *room = malloc(headroom);
	EVP_MD_CTX *context = room ? EVP_MD_CTX_new() : NULL;
	bool enough;

	free(room);
	enough = context && EVP_DigestInit_ex(context, EVP_sha512(), NULL) == 1;
	EVP_MD_CTX_free(context);
	return enough;
}

static int compute(struct code_file *file, struct reader *reader, uint64_t size, uint32_t algorithm)
{
	const struct libfsverity_merkle_tree_params params = {
		.version = 1,
		.hash_algorithm = algorithm,
		.file_size = size,
	};
	struct libfsverity_digest *digest;
	int error;

	if (!has_memory(HEADROOM))
		return ENOMEM;
	error = libfsverity_compute_digest(reader, take_bytes, &params, &digest);
	if (error < 0)
		return -error;
	memcpy(file->digest, digest->digest, digest->digest_size);
	free(digest);
	return 0;
}

static int open_file(const struct code_file *file)
{
	struct open_how how = {
		.flags = O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY,
		.resolve = file->root == AT_FDCWD ? 0 : RESOLVE_IN_ROOT,
	};

	return (int)syscall(SYS_openat2, file->root, file->path, &how, sizeof(how));
}

/* An errno, or 0. */
static int measure_open(struct code_file *file, struct reader *reader,
			const struct measure_options *options)
{
	struct stat st;
	int error;

	if (fstat(reader->fd, &st) < 0)
		return errno;
	if (!S_ISREG(st.st_mode))
		return 0;
	error = fill(reader);
	if (error < 0)
		return -error;
	file->op = find_operation(file, reader, st.st_mode, options->all);
	file->left_out = file->op == IPE_OP_COUNT;
	if (file->left_out)
		return 0;
	return compute(file, reader, (uint64_t)st.st_size, options->algorithm);
}

static int measure_file(struct code_file *file, struct reader *reader,
			const struct measure_options *options)
{
	int error;

	reader->at = 0;
	reader->len = 0;
	reader->fd = open_file(file);
	if (reader->fd < 0)
		/* A symbolic link has no digest; a file that is not there needs none. */
		return errno == ELOOP || errno == ENOENT || errno == ENXIO ? 0 : errno;
	error = measure_open(file, reader, options);
	close(reader->fd);
	return error;
}

static void *work(void *context)
{
	struct measurement *measurement = context;
	struct reader reader = { .buf = malloc(READ_SIZE) };
	struct code_files *files = measurement->files;
	size_t i = 0;

	while (reader.buf && (i = atomic_fetch_add(&measurement->next, 1)) < files->count) {
		files->item[i].error = measure_file(&files->item[i], &reader, measurement->options);
		if (files->item[i].error == ENOMEM)
			break;
		atomic_fetch_add(&measurement->done, 1);
	}
	if (!reader.buf || (i < files->count && files->item[i].error == ENOMEM))
		atomic_store(&measurement->out_of_memory, true);
	free(reader.buf);
	return NULL;
}

static size_t processors(void)
{
	cpu_set_t set;
	int count = sched_getaffinity(0, sizeof(set), &set) == 0 ? CPU_COUNT(&set) : 1;

	return (size_t)count < THREADS_MAX ? (size_t)count : THREADS_MAX;
}

static void join(pthread_t thread, struct measurement *measurement, struct progress *progress)
{
	struct timespec deadline;

	do {
		show_progress(progress, atomic_load(&measurement->done), measurement->files->count);
		deadline = next_progress();
	} while (pthread_clockjoin_np(thread, NULL, CLOCK_MONOTONIC, &deadline) == ETIMEDOUT);
}

static void work_together(struct measurement *measurement)
{
	struct progress progress = start_progress("files");
	pthread_t threads[THREADS_MAX];
	size_t wanted = processors();
	size_t started = 0;

	while (started < wanted && pthread_create(&threads[started], NULL, work, measurement) == 0)
		started++;
	if (started == 0)
		work(measurement);
	for (size_t i = 0; i < started; i++)
		join(threads[i], measurement, &progress);
	end_progress(&progress);
}

static void stay_silent(const char *message)
{
	(void)message;
}

bool measure_files(struct code_files *files, const struct measure_options *options)
{
	struct measurement measurement = { .files = files, .options = options };
	bool complete = true;

	libfsverity_set_error_callback(stay_silent);
	if (has_memory(FIRST_HEADROOM))
		work_together(&measurement);
	else
		measurement.out_of_memory = true;
	if (atomic_load(&measurement.out_of_memory))
		give_up("out of memory; raise the limit on it, which 'ulimit -v' shows, or free some");
	for (size_t i = 0; i < files->count; i++) {
		const struct code_file *file = &files->item[i];

		if (file->error == 0)
			continue;
		fputs("ipectl: policy new: cannot read '", stderr);
		print_escaped(stderr, file->path, strlen(file->path));
		fprintf(stderr, "': %s; %s\n", strerror(file->error),
			file->error == ESTALE ? "it became shorter meanwhile: try again"
					      : error_advice(file->error));
		complete = false;
	}
	return complete;
}
