/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Perl 5.18 and later, built with threads as distributions do. The operation that runs tells what is
 * opened: none when perl opens the script, require or do FILE for other code. A file that a hook in
 * @INC hands over was opened like data, and is judged when it is handed over, before a line of it is
 * compiled. For that, the function that runs hooks is replaced while require looks for its file, until
 * the first piece of that is compiled, which perl announces to PL_check. See perlguts(1).
 *
 * Where a string that is evaluated is to be judged, so is text that a hook makes up.
 */
#include <errno.h>
#include <pthread.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "shim.h"

struct interpreter;
struct op;
typedef struct op *(*step)(struct interpreter *perl);
typedef struct op *(*checker)(struct interpreter *perl, struct op *op);
typedef int (*run_loop)(struct interpreter *perl);

/* The first members, which have been the same since Perl 5.10. */
struct op {
	struct op *next;
	struct op *sibling;
	step run;
	size_t target;
	uint16_t type : 9;
	uint8_t flags;
	uint8_t details;
};

/* In the details of an eval: a hash of hints lies on the stack, above the string. */
#define HAS_HINTS 2

struct value {
	void *body;
	uint32_t references;
	uint32_t flags;
	/* What a reference refers to, or the stream of a handle. */
	void *content;
};

struct interpreter {
	struct value **stack_top;
	struct op *op;
	struct value **pad;
	struct value **stack;
};

#define IPE_HOST_DEF "host-perl.def"
#include "host-symbols.h"

#define OPERATIONS_MAX 1024

enum {
	REQUIRE,
	DO_FILE,
	LOADER_COUNT,
};

/* What opens code. */
static struct {
	const char *name;
	size_t type;
	step run;
} loaders[LOADER_COUNT] = { [REQUIRE] = { .name = "require" }, [DO_FILE] = { .name = "dofile" } };

/* The last that perl builds of a piece of code that can run. */
static struct {
	const char *name;
	size_t type;
	checker check;
} endings[] = { { .name = "leavesub" }, { .name = "leavesublv" }, { .name = "leaveeval" } };

/* What evaluates a string; NULL if that is not to be judged. */
static step evaluate;

#define ENDING_COUNT (sizeof(endings) / sizeof(endings[0]))

/* The require of this thread that looks for its file; one in a hook has the other's behind it. */
static __thread struct search {
	struct search *outer;
	bool is_over;
	/* Where the function lies that has the hook run, while it runs. */
	const char *hook;
	run_loop loop;
	ptrdiff_t results;
} * search __attribute__((tls_model("initial-exec")));

/* Where an interpreter keeps the function that runs a sub; NULL if it keeps none. */
static run_loop *loop_of(struct interpreter *perl)
{
	static size_t found;
	size_t at = __atomic_load_n(&found, __ATOMIC_RELAXED);
	run_loop *slots = (run_loop *)(void *)perl;

	if (at == 0) {
		for (at = PL_interp_size / sizeof(*slots); at > 0; at--)
			if (slots[at - 1] == Perl_runops_standard)
				break;
		__atomic_store_n(&found, at, __ATOMIC_RELAXED);
	}
	return at > 0 ? &slots[at - 1] : NULL;
}

static bool has_type(struct interpreter *perl, const struct value *value, const char *type)
{
	return strcmp(Perl_sv_reftype(perl, value, 0), type) == 0;
}

/* The descriptor behind a handle; -1 of one that the program itself keeps in memory. */
static int descriptor_of(struct interpreter *perl, struct value *handle)
{
	struct value *io = Perl_sv_2io(perl, handle);

	return io->content ? Perl_PerlIO_fileno(perl, io->content) : -1;
}

static bool allows_text(void)
{
	return !evaluate || ipe_host_allows_inline("text that a hook in @INC made up");
}

static bool allows_result(struct interpreter *perl, struct value *value)
{
	bool is_reference = has_type(perl, value, "REF");
	int fd;

	if (is_reference)
		value = value->content;
	if (has_type(perl, value, "GLOB")) {
		fd = descriptor_of(perl, value);
		return fd >= 0 ? ipe_host_allows_fd(fd, "what a hook in @INC opened")
			       : allows_text();
	}
	/* Text or what makes it is behind a reference, and perl ignores those to other things. */
	return !is_reference || has_type(perl, value, "ARRAY") || has_type(perl, value, "HASH") ||
	       allows_text();
}

static void judge_results(struct interpreter *perl, ptrdiff_t first)
{
	for (ptrdiff_t i = first; i <= perl->stack_top - perl->stack; i++)
		if (!allows_result(perl, perl->stack[i]))
			Perl_croak_nocontext(
				"Can't locate module: what a hook in @INC returned: Permission denied");
}

/*
 * What a hook has run itself lies deeper on the C stack. An exception that the hook catches may leave
 * this function with longjmp(3), and then the same function calls it again.
 */
static int run_hook(struct interpreter *perl)
{
	const char *frame = __builtin_dwarf_cfa();
	struct search *mine = search;
	int result;

	/* A thread's interpreter is a copy of the one that made it. */
	if (!mine) {
		*loop_of(perl) = Perl_runops_standard;
		return Perl_runops_standard(perl);
	}
	if (mine->hook && frame < mine->hook)
		return mine->loop(perl);
	mine->hook = frame;
	result = mine->loop(perl);
	judge_results(perl, mine->results);
	mine->hook = NULL;
	return result;
}

static void end_search(struct interpreter *perl, struct search *this)
{
	run_loop *slot = loop_of(perl);

	if (this->is_over)
		return;
	while (search && search != this) {
		search->is_over = true;
		search = search->outer;
	}
	this->is_over = true;
	search = this->outer;
	if (slot && *slot == run_hook && !search)
		*slot = this->loop;
}

/* Perl leaves an operation that fails with longjmp(3), and calls this on its way out; else later. */
static void leave(struct interpreter *perl, void *data)
{
	struct search *this = data;

	end_search(perl, this);
	free(this);
}

static struct search *begin_search(struct interpreter *perl, run_loop *slot)
{
	struct search *this = calloc(1, sizeof(*this));

	if (!this)
		ipe_shim_refuse_program();
	this->outer = search;
	this->loop = *slot != run_hook ? *slot : search ? search->loop : Perl_runops_standard;
	/* The first result takes the place of the file's name. */
	this->results = perl->stack_top - perl->stack;
	Perl_save_destructor_x(perl, leave, this);
	search = this;
	*slot = run_hook;
	return this;
}

static struct op *load(struct interpreter *perl, int which)
{
	run_loop *slot = loop_of(perl);
	struct search *this;
	struct op *next;

	if (!slot || perl->op->type != loaders[which].type) {
		ipe_shim_report_other("perl", "no-hooks", "It is not laid out as it is known.");
		ipe_shim_refuse_program();
	}
	this = begin_search(perl, slot);
	next = loaders[which].run(perl);
	end_search(perl, this);
	return next;
}

static struct op *require_file(struct interpreter *perl)
{
	return load(perl, REQUIRE);
}

static struct op *do_file(struct interpreter *perl)
{
	return load(perl, DO_FILE);
}

/*
 * Also s///ee, evalbytes, code in patterns that are made at run time, and what C has evaluated. What
 * is refused is not even parsed, and fails as what does not compile: many a module goes on then.
 */
static struct op *eval_string(struct interpreter *perl)
{
	static const char refusal[] =
		"CORE::die(CORE::sprintf(\"Can't eval a string: Permission denied at %s line %d.\\n\","
		" (CORE::caller(0))[1, 2]))";
	struct value **string = perl->stack_top - (perl->op->details & HAS_HINTS ? 1 : 0);

	if (!ipe_host_allows_inline("a string that perl evaluates")) {
		*string = Perl_sv_2mortal(perl, Perl_newSVpvn(perl, refusal, sizeof(refusal) - 1));
		errno = EACCES;
	}
	return evaluate(perl);
}

static struct op *check_ending(struct interpreter *perl, struct op *op)
{
	if (search && !search->hook)
		end_search(perl, search);
	for (size_t i = 0; i < ENDING_COUNT; i++)
		if (op->type == endings[i].type)
			return endings[i].check(perl, op);
	return op;
}

/* The number of an operation; 0, which is that of another, if there is none of that name. */
static size_t find_type(const char *name)
{
	for (size_t i = 0; i < OPERATIONS_MAX && strcmp(PL_op_name[i], "freed") != 0; i++)
		if (strcmp(PL_op_name[i], name) == 0)
			return i;
	return 0;
}

static bool install_eval(void)
{
	size_t type = find_type("entereval");

	if (type == 0)
		return false;
	evaluate = PL_ppaddr[type];
	PL_ppaddr[type] = eval_string;
	return true;
}

static bool install(void)
{
	static const step ours[LOADER_COUNT] = { [REQUIRE] = require_file, [DO_FILE] = do_file };

	for (size_t i = 0; i < LOADER_COUNT; i++) {
		loaders[i].type = find_type(loaders[i].name);
		if (loaders[i].type == 0)
			return false;
		loaders[i].run = PL_ppaddr[loaders[i].type];
		PL_ppaddr[loaders[i].type] = ours[i];
	}
	for (size_t i = 0; i < ENDING_COUNT; i++) {
		endings[i].type = find_type(endings[i].name);
		if (endings[i].type == 0)
			return false;
		endings[i].check = PL_check[endings[i].type];
		PL_check[endings[i].type] = check_ending;
	}
	return !ipe_eval_is_inline() || install_eval();
}

/* What Perl_get_context() returned, which Perl 5.40 has no more. */
static struct interpreter *current(void)
{
	return PL_curinterp ? pthread_getspecific(PL_thr_key) : NULL;
}

static enum ipe_class classify(const struct ipe_open *open)
{
	struct interpreter *perl = current();

	if (perl && perl->op)
		return perl->op->type == loaders[REQUIRE].type ||
				       perl->op->type == loaders[DO_FILE].type
			       ? IPE_CLASS_CODE
			       : IPE_CLASS_DATA;
	/* The script, but for the seed of perl's random numbers. */
	return open->path && strcmp(open->path, "/dev/urandom") == 0 ? IPE_CLASS_DATA
								     : IPE_CLASS_CODE;
}

const struct ipe_host ipe_host_perl = {
	.name = "perl",
	.programs = "perl",
	IPE_HOST_SYMBOLS,
	.install = install,
	.classify = classify,
};
