/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "process_words.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "../../shim/words.h"

#define PAGE ((size_t)4096)
/* More than the kernel has room for in arguments and environment together, and in one of them. */
#define TEXT_MAX   ((size_t)8 << 20)
#define STRING_MAX ((size_t)128 << 10)
#define COUNT_MAX  ((size_t)1 << 20)

struct text {
	char *bytes;
	size_t len;
	size_t size;
};

/* Makes room for a page and a NUL. */
static bool make_room(struct text *text)
{
	size_t size = 2 * text->size + 2 * PAGE;
	char *grown;

	if (text->size - text->len > PAGE)
		return true;
	grown = text->size < TEXT_MAX ? realloc(text->bytes, size) : NULL;
	if (!grown)
		return false;
	text->bytes = grown;
	text->size = size;
	return true;
}

static bool read_all(int fd, struct text *ret)
{
	ssize_t got = 1;

	while (got > 0) {
		if (!make_room(ret))
			return false;
		got = TEMP_FAILURE_RETRY(read(fd, ret->bytes + ret->len, PAGE));
		ret->len += got > 0 ? (size_t)got : 0;
	}
	ret->bytes[ret->len] = '\0';
	return got == 0;
}

/* Takes over a text in which each word ends with a NUL. */
static bool split(const struct text *text, struct words *ret)
{
	size_t count = 0;

	*ret = (struct words){ .text = text->bytes };
	for (size_t at = 0; at < text->len; at += strlen(text->bytes + at) + 1)
		count++;
	ret->list = calloc(count + 1, sizeof(*ret->list));
	for (size_t at = 0; ret->list && at < text->len; at += strlen(text->bytes + at) + 1)
		ret->list[ret->count++] = text->bytes + at;
	return ret->list != NULL;
}

bool read_words(int proc, const char *name, struct words *ret)
{
	int fd = openat(proc, name, O_RDONLY | O_CLOEXEC);
	struct text text = { 0 };
	bool whole = fd >= 0 && read_all(fd, &text);

	if (fd >= 0)
		close(fd);
	*ret = (struct words){ .text = text.bytes };
	return whole && split(&text, ret);
}

void free_words(struct words *words)
{
	for (int i = 0; i < words->front_count; i++)
		free(words->front[i]);
	free(words->list);
	free(words->text);
	*words = (struct words){ 0 };
}

ssize_t read_memory(pid_t tid, uint64_t address, void *buf, size_t size)
{
	size_t first = PAGE - address % PAGE;
	struct iovec local = { buf, size };
	struct iovec remote[2] = {
		{ (void *)(uintptr_t)address, first < size ? first : size },
		{ (void *)(uintptr_t)(address + first), first < size ? size - first : 0 },
	};
	ssize_t len = process_vm_readv(tid, &local, 1, remote, 2, 0);

	return len < 0 ? -errno : len;
}

/* Up to its NUL, which is copied, too. */
static int add_string(pid_t tid, uint64_t address, struct text *text)
{
	size_t start = text->len;

	while (text->len - start < STRING_MAX) {
		size_t rest = PAGE - address % PAGE;
		ssize_t len;
		char *nul;

		if (!make_room(text))
			return text->size < TEXT_MAX ? -ENOMEM : -E2BIG;
		len = read_memory(tid, address, text->bytes + text->len, rest);
		if (len <= 0)
			return len < 0 ? (int)len : -EFAULT;
		nul = memchr(text->bytes + text->len, '\0', (size_t)len);
		text->len = nul ? (size_t)(nul + 1 - text->bytes) : text->len + (size_t)len;
		address += (uint64_t)len;
		if (nul)
			return 0;
	}
	return -E2BIG;
}

static int add_strings(pid_t tid, uint64_t array, size_t width, struct text *text)
{
	for (size_t i = 0; i < COUNT_MAX; i++) {
		uint64_t address = 0;
		ssize_t len = read_memory(tid, array + i * width, &address, width);
		int error = len == (ssize_t)width ? 0 : len < 0 ? (int)len : -EFAULT;

		if (error == 0 && address == 0)
			return 0;
		if (error == 0)
			error = add_string(tid, address, text);
		if (error < 0)
			return error;
	}
	return -E2BIG;
}

int read_words_of_memory(pid_t tid, uint64_t array, size_t width, struct words *ret)
{
	struct text text = { 0 };
	int error = array ? add_strings(tid, array, width, &text) : 0;

	*ret = (struct words){ .text = text.bytes };
	if (error == 0 && !split(&text, ret))
		error = -ENOMEM;
	return error;
}

bool read_name(const char *link, char ret[static PATH_MAX])
{
	ssize_t len = readlink(link, ret, PATH_MAX - 1);

	ret[len < 0 ? 0 : len] = '\0';
	return len >= 0;
}

bool is_loader(const char *program)
{
	const char *name = ipe_last_part(program);

	return strncmp(name, "ld-", 3) == 0 || strncmp(name, "ld.so", 5) == 0;
}
