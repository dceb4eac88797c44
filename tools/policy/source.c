/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "errors.h"
#include "memory.h"
#include "output.h"
#include "pkcs7.h"
#include "source.h"

/* A policy of two million digests; the bound is for /dev/zero and the like. */
#define FILE_MAX   (256U << 20)

#define FIRST_READ 65536U

static void complain_unreadable(const char *path, int error)
{
	fputs("ipectl: cannot read '", stderr);
	print_escaped(stderr, path, strlen(path));
	if (error == EISDIR)
		fputs("': it is a directory; name a file\n", stderr);
	else if (error == EFBIG)
		fprintf(stderr, "': it is longer than %u bytes, which no policy is\n", FILE_MAX);
	else
		fprintf(stderr, "': %s; %s\n", strerror(error), error_advice(error));
}

/* 0 or an errno; @ret_bytes is to be freed in any case. */
static int read_all(int fd, char **ret_bytes, size_t *ret_size)
{
	size_t capacity = FIRST_READ;
	size_t used = 0;
	ssize_t got;

	*ret_bytes = allocate(capacity, 1);
	for (;;) {
		got = read(fd, *ret_bytes + used, capacity - used);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return errno;
		if (got == 0)
			break;
		used += (size_t)got;
		if (used > FILE_MAX)
			return EFBIG;
		if (used == capacity) {
			*ret_bytes = make_room(*ret_bytes, capacity, 1);
			capacity *= 2;
		}
	}
	*ret_size = used;
	return 0;
}

bool read_file(const char *path, char **ret_bytes, size_t *ret_size)
{
	bool standard = strcmp(path, "-") == 0;
	int fd = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	int error;

	*ret_bytes = NULL;
	error = fd < 0 ? errno : read_all(fd, ret_bytes, ret_size);
	if (fd >= 0 && !standard)
		close(fd);
	if (error == 0)
		return true;
	complain_unreadable(standard ? "standard input" : path, error);
	free(*ret_bytes);
	*ret_bytes = NULL;
	return false;
}

/* The start of an ASN.1 SEQUENCE of more than 127 bytes or of indefinite length: never a text. */
static bool looks_like_der(const char *bytes, size_t size)
{
	return size >= 2 && bytes[0] == 0x30 && ((unsigned char)bytes[1] & 0x80) != 0;
}

static bool complain_of_form(const char *path, const char *what)
{
	fputs("ipectl: '", stderr);
	print_escaped(stderr, path, strlen(path));
	fprintf(stderr, "' %s\n", what);
	return false;
}

static bool find_text(struct source *source)
{
	int appended = ipe_split_signed((const uint8_t *)source->bytes, source->size, &source->text,
					&source->signature);

	source->form = SOURCE_TEXT;
	if (appended < 0)
		return complain_of_form(source->path, "has a malformed signature appended; sign "
						      "the text again");
	if (appended) {
		source->form = SOURCE_APPENDED;
		return true;
	}
	source->text = (struct ipe_span){ source->bytes, source->size };
	if (!looks_like_der(source->bytes, source->size))
		return true;
	source->form = SOURCE_PKCS7;
	if (!pkcs7_content(source->text, &source->copy, &source->text.len))
		return complain_of_form(source->path, "is neither a policy's text nor PKCS#7 with "
						      "one inside; name another file");
	source->text.at = source->copy;
	return true;
}

bool read_source(const char *path, struct source *ret)
{
	*ret = (struct source){ .path = path };
	if (!read_file(path, &ret->bytes, &ret->size))
		return false;
	if (find_text(ret))
		return true;
	free_source(ret);
	return false;
}

void free_source(struct source *source)
{
	free(source->bytes);
	free(source->copy);
	*source = (struct source){ 0 };
}

struct ipe_policy *parse_text(struct ipe_span text, uint32_t flags, struct ipe_parse_error *reterr)
{
	struct ipe_parse_options options = { .flags = flags };
	struct ipe_policy *policy;

	/* Without a random seed a policy's author could make it slow to read, and nothing else. */
	if (getrandom(options.seed, sizeof(options.seed), GRND_NONBLOCK) < 0)
		options.seed[0] = (uint64_t)getpid();
	return ipe_policy_parse(text.at, text.len, &options, &policy, reterr) < 0 ? NULL : policy;
}

struct ipe_policy *parse_source(const struct source *source)
{
	struct ipe_parse_error error;
	struct ipe_policy *policy = parse_text(source->text, IPE_PARSE_EXTENSIONS, &error);
	struct findings findings = { 0 };

	if (policy)
		return policy;
	find_errors(source->text, IPE_PARSE_EXTENSIONS, &error, &findings);
	print_findings(stderr, source->path, source->text, &findings);
	free_findings(&findings);
	return NULL;
}

enum exit_status open_policy(const char *path, struct source *ret_source,
			     struct ipe_policy **ret_policy)
{
	if (!read_source(path, ret_source))
		return STATUS_UNDECIDED;
	*ret_policy = parse_source(ret_source);
	if (*ret_policy)
		return STATUS_ALLOWED;
	free_source(ret_source);
	return STATUS_REFUSED;
}
