/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Node 18 and later. Everything is opened by libuv, at once or in a thread of its pool, and the
 * JavaScript functions that wait for it tell for whom: see node-stack.c. A request for the pool is
 * judged when it is made: libuv copies the path then, with an allocator that can be replaced, and the
 * copy is what a thread opens. A copy that was made for data is remembered until it is freed.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

#include "../libipe-enlighten/raw.h"
#include "node-stack.h"
#include "room.h"
#include "signals.h"

#define IPE_HOST_DEF "host-node.def"
#include "host-symbols.h"

/* A set that is full forgets: what is not known to be for data is judged. */
#define SET_BITS 12
#define SET_SIZE 16
static const void *data_paths[1 << SET_BITS][SET_SIZE] IPE_ROOM;

/* The copy is made by a small function that one of these calls. */
#define CALLER_DEPTH 24
static struct ipe_range requests[2];

static const void **set_of(const void *block)
{
	/* Neighbours are spread: the golden ratio, of 32 bits. */
	uint32_t hash = (uint32_t)((uintptr_t)block / 16) * 0x9e3779b1U;

	return data_paths[hash >> (32 - SET_BITS)];
}

static void replace(const void **set, const void *old, const void *block)
{
	for (size_t i = 0; i < SET_SIZE; i++) {
		const void *expected = old;

		if (__atomic_compare_exchange_n(&set[i], &expected, block, false, __ATOMIC_ACQ_REL,
						__ATOMIC_RELAXED))
			return;
	}
}

static bool is_for_data(const void *block)
{
	const void **set = set_of(block);

	for (size_t i = 0; i < SET_SIZE; i++)
		if (__atomic_load_n(&set[i], __ATOMIC_ACQUIRE) == block)
			return true;
	return false;
}

static bool is_request(const void *stack)
{
	const void *const *words = stack;

	/* The first is the address that allocate() returns to. */
	words--;
	for (size_t i = 0; i < CALLER_DEPTH; i++)
		if (ipe_is_in(&requests[0], words[i]) || ipe_is_in(&requests[1], words[i]))
			return true;
	return false;
}

static void *allocate(size_t size)
{
	void *block = malloc(size);

	if (block && is_request(__builtin_dwarf_cfa()) && ipe_node_who_waits() == IPE_CLASS_DATA)
		replace(set_of(block), NULL, block);
	return block;
}

static void forget(const void *block)
{
	if (block)
		replace(set_of(block), block, NULL);
}

static void *resize(void *block, size_t size)
{
	forget(block);
	return realloc(block, size);
}

static void release(void *block)
{
	forget(block);
	free(block);
}

static bool install(void)
{
	requests[0] = ipe_host_function(ipe_host_address(uv_fs_open));
	requests[1] = ipe_host_function(ipe_host_address(uv_fs_copyfile));
	ipe_signals_watch(ipe_host_address(_ZN4node5StartEiPPc));
	return requests[0].start && requests[1].start &&
	       uv_replace_allocator(allocate, resize, calloc, release) == 0;
}

static bool is_main_thread(void)
{
	return ipe_raw(SYS_gettid, 0, 0, 0, 0, 0, 0) == ipe_raw(SYS_getpid, 0, 0, 0, 0, 0, 0);
}

/* What libuv itself reads, to know how much memory there is. */
static bool is_of_the_kernel(const char *path)
{
	static const char groups[] = "/sys/fs/cgroup/";

	return strcmp(path, "/proc/meminfo") == 0 || strcmp(path, "/proc/self/cgroup") == 0 ||
	       (strncmp(path, groups, sizeof(groups) - 1) == 0 && !strstr(path, "/../"));
}

/* Nobody waits: Node or a worker starts, or a thread of the pool is at work. */
static enum ipe_class classify_alone(const struct ipe_open *open)
{
	bool is_data = is_for_data(open->path) || is_of_the_kernel(open->path);

	/* To import it is no more than to read it. Before Node starts it names commands and options. */
	if (!is_main_thread() && ipe_host_has_suffix(open->path, "json"))
		is_data = true;
	return is_data ? IPE_CLASS_DATA : IPE_CLASS_CODE;
}

static enum ipe_class classify(const struct ipe_open *open)
{
	/* It names code, which is judged itself. */
	bool is_description = ipe_host_has_suffix(open->path, "json");
	enum ipe_class class;

	/* What V8 and OpenSSL read. */
	if (open->call == IPE_CALL_STREAM)
		return IPE_CLASS_UNTOLD;
	if (!ipe_node_is_awaited())
		return classify_alone(open);
	class = ipe_node_who_waits();
	return class == IPE_CLASS_DATA || is_description ? IPE_CLASS_DATA : IPE_CLASS_CODE;
}

const struct ipe_host ipe_host_node = {
	.name = "node",
	.programs = "node nodejs",
	IPE_HOST_SYMBOLS,
	.install = install,
	.classify = classify,
};
