/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * V8 lists the JavaScript functions that run in a thread. The names of scripts tell who has a file
 * opened: "node:internal/modules/..." is Node's loader, what does not start with "node:" is somebody
 * else's, and the functions of "node:fs" do it for whoever calls them. A script of Node's that is not
 * known here counts as the loader. Somebody else may act for the loader: a function that was put in the
 * place of fs.readFileSync, or a hook. So what counts is whether the loader waits for what somebody
 * else reads, or has only started him.
 *
 * This is V8's interface in C++, which has been the same from Node 18 to 24: a handle is one word,
 * and a method is a function whose first argument is the handle.
 */
#include "node-stack.h"

#include <stdint.h>
#include <string.h>

#include "words.h"

/* V8 has three words in it. */
struct scope {
	void *words[8];
};

#define IPE_HOST_DEF "host-node.def"
#include "host-declare.h"

/* Also of functions in other contexts, as the module vm makes them. */
#define ALL_FRAMES   0x1ff
#define NO_NUL	     2

#define NAME_SIZE    64
#define FRAMES_FIRST 64
#define FRAMES_MAX   (1 << 20)

/* They act for their callers; what ends in a slash is a folder. */
static const char go_betweens[] =
	"fs fs/promises internal/fs/ internal/util internal/util/ internal/errors internal/validators "
	"internal/per_context/ diagnostics_channel internal/async_hooks async_hooks";

/* They open nothing that is run. */
static const char others[] =
	"_http_agent _http_client _http_common _http_incoming _http_outgoing _http_server _tls_common "
	"_tls_wrap assert internal/assert internal/assert/ internal/blob internal/bootstrap/switches/ "
	"buffer child_process internal/child_process internal/child_process/ cluster "
	"internal/cluster/ crypto internal/crypto/ dgram internal/dgram dns dns/promises internal/dns/ "
	"events internal/event_target http http2 internal/http internal/http2/ https net internal/net "
	"os internal/process/per_thread internal/process/promises internal/process/task_queues "
	"readline readline/promises internal/readline/ internal/repl/history internal/source_map/ "
	"sqlite stream stream/promises internal/streams/ timers timers/promises internal/timers tls "
	"internal/test_runner/coverage internal/tls/ tty internal/tty internal/tty/ v8 "
	"internal/webstorage internal/webstreams/ zlib";

/* Functions of the loader that start what is loaded. */
static const char starters[] = "Module._compile loadCJSModule run runSync";

static bool is_listed(const char *name, const char *list)
{
	struct ipe_word word;

	while (ipe_next_word(&list, &word)) {
		bool is_folder = word.start[word.len - 1] == '/';

		if (strncmp(name, word.start, word.len) == 0 && (is_folder || !name[word.len]))
			return true;
	}
	return false;
}

static bool read_text(struct isolate *isolate, const struct string *string, char *buf)
{
	int len = string ? write_text(string, isolate, buf, NAME_SIZE - 1, NULL, NO_NUL) : 0;

	buf[len > 0 ? len : 0] = '\0';
	return len > 0;
}

/* From Node 22 on _compile() has no name; what a module is compiled to never has one. */
static bool only_starts(struct isolate *isolate, const struct frame *frame, const char *script,
			const struct frame *other)
{
	static const char loader[] = "internal/modules/";
	char name[NAME_SIZE];

	if (strncmp(script, loader, sizeof(loader) - 1) != 0)
		return true;
	if (read_text(isolate, function_name(frame), name))
		return is_listed(name, starters);
	return !read_text(isolate, function_name(other), name);
}

/*
 * The function's script has no name if it is V8's own, or evaluated: whoever called it tells.
 * @other is the last function of somebody else's, NULL if there is none yet.
 */
static enum ipe_class class_of_frame(struct isolate *isolate, const struct frame *frame,
				     const struct frame **other)
{
	static const char prefix[] = "node:";
	char name[NAME_SIZE];
	const char *script = name + sizeof(prefix) - 1;

	if (!read_text(isolate, script_name(frame), name))
		return IPE_CLASS_UNTOLD;
	if (strncmp(name, prefix, sizeof(prefix) - 1) != 0) {
		*other = frame;
		return IPE_CLASS_UNTOLD;
	}
	if (is_listed(script, go_betweens))
		return IPE_CLASS_UNTOLD;
	if (is_listed(script, others))
		return IPE_CLASS_DATA;
	return *other && only_starts(isolate, frame, script, *other) ? IPE_CLASS_DATA
								     : IPE_CLASS_CODE;
}

static enum ipe_class class_of_stack(struct isolate *isolate, int limit)
{
	const struct stack_trace *stack = current_stack(isolate, limit, ALL_FRAMES);
	enum ipe_class class = IPE_CLASS_UNTOLD;
	const struct frame *other = NULL;
	int count = frame_count(stack);

	for (int i = 0; i < count && class == IPE_CLASS_UNTOLD; i++)
		class = class_of_frame(isolate, get_frame(stack, isolate, (uint32_t)i), &other);
	if (class != IPE_CLASS_UNTOLD || count == 0)
		return class;
	if (count == limit)
		return limit < FRAMES_MAX ? class_of_stack(isolate, FRAMES_MAX) : class;
	/* A promise has them called, or they go on by themselves. The loader is there when it asks. */
	return IPE_CLASS_DATA;
}

bool ipe_node_is_awaited(void)
{
	struct isolate *isolate = current_isolate();

	return isolate && in_context(isolate);
}

enum ipe_class ipe_node_who_waits(void)
{
	struct isolate *isolate = current_isolate();
	enum ipe_class class;
	struct scope scope;

	if (!isolate || !in_context(isolate))
		return IPE_CLASS_UNTOLD;
	enter_scope(&scope, isolate);
	class = class_of_stack(isolate, FRAMES_FIRST);
	leave_scope(&scope);
	return class;
}
