/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "enlighten/enlighten.h"
#include "ipectl.h"
#include "output.h"
#include "run/run.h"
#include "scan/identify.h"

/* As the shim reads it from the note, with a NUL. */
#define INTERPRETER_SIZE 32

enum wish {
	WISH_ENLIGHTEN,
	WISH_UNDO,
	WISH_CHECK,
};

static void say(const char *what, const char *name)
{
	fputs(what, stdout);
	print_escaped(stdout, name, strlen(name));
	putchar('\n');
}

static enum exit_status status_of(enum outcome outcome)
{
	switch (outcome) {
	case OUTCOME_DONE:
	case OUTCOME_NOTHING_TO_DO:
		return STATUS_ALLOWED;
	case OUTCOME_REFUSED:
		return STATUS_REFUSED;
	case OUTCOME_FAILED:
		break;
	}
	return STATUS_UNDECIDED;
}

static enum exit_status check(const struct change *change)
{
	enum verdict verdict = VERDICT_FAILS;

	if (!has_shim(change)) {
		say("not enlightened  ", change->name);
	} else if (!finds_shim(change)) {
		say("does not start   ", change->name);
	} else {
		verdict = try_hostile(change);
		say(verdict == VERDICT_FAILS ? "not enlightened  " : "enlightened      ",
		    change->name);
	}
	if (verdict == VERDICT_HOLDS)
		puts("                 tried: other libraries by LD_LIBRARY_PATH and LD_PRELOAD, and "
		     "an empty\n                 file and another library mounted over the shim");
	return verdict == VERDICT_FAILS ? STATUS_REFUSED : STATUS_ALLOWED;
}

static enum exit_status change_to(struct change *change, bool enlighten)
{
	enum outcome outcome = change_program(change, enlighten);

	if (outcome == OUTCOME_DONE)
		say(enlighten ? "enlightened          " : "no longer            ", change->name);
	else if (outcome == OUTCOME_NOTHING_TO_DO)
		say(enlighten ? "enlightened already  " : "not enlightened      ", change->name);
	return status_of(outcome);
}

/* What its file says that it is; NULL if it is silent. */
static const char *name_in_file(const struct change *change, char *room, size_t size)
{
	const char *name = identify_interpreter(change->fd, change->last, room, size);

	return name && may_have_code(name) ? name : NULL;
}

static void complain_of_word(const char *word, const char *problem)
{
	fputs("ipectl: enlighten: '", stderr);
	print_escaped(stderr, word, strlen(word));
	fprintf(stderr, "' %s\n", problem);
}

/* What is in it stays: half of it would be of an earlier wish. */
static enum exit_status refuse_again(const char *name)
{
	complain_of_word(name,
			 "is enlightened already: --undo it before it gets another profile or "
			 "interpreter; it is unchanged");
	return STATUS_REFUSED;
}

static enum exit_status refuse_interpreter(const struct change *change, const char *found)
{
	complain_of(
		change,
		"its file says that it is %.*s, and is believed: leave --interpreter out; it is "
		"unchanged",
		(int)strcspn(interpreter_name(found), " "), interpreter_name(found));
	return STATUS_REFUSED;
}

/* Its name may be another one when it runs, so what it is is written down. */
static enum exit_status enlighten(struct change *change, const struct request *request)
{
	struct request own = *request;
	char room[INTERPRETER_SIZE];
	const char *found = name_in_file(change, room, sizeof(room));
	enum exit_status status;

	if ((request->interpreter || request->profile) && has_shim(change))
		return refuse_again(change->name);
	if (found && own.interpreter && !are_same_interpreter(found, own.interpreter))
		return refuse_interpreter(change, found);
	if (!own.interpreter)
		own.interpreter = found;
	change->request = &own;
	status = change_to(change, true);
	change->request = request;
	return status;
}

static enum exit_status act(const char *name, enum wish wish, const struct request *request)
{
	struct change change;
	enum exit_status status = status_of(open_program(name, request, &change));

	if (status == STATUS_ALLOWED && wish == WISH_ENLIGHTEN)
		status = enlighten(&change, request);
	else if (status == STATUS_ALLOWED)
		status = wish == WISH_CHECK ? check(&change) : change_to(&change, false);
	close_program(&change);
	flush_output();
	return status;
}

/* Takes what is not a wish; the problem with it, or NULL. */
static const char *take_option(int option, struct request *request)
{
	switch (option) {
	case 'i':
		request->interpreter = optarg;
		return NULL;
	case 'p':
		request->profile = optarg;
		return NULL;
	case 's':
		request->shim = optarg;
		return is_shim_path(optarg) ? NULL
					    : "--shim needs an absolute path that ends in "
					      "libipe-shim.so";
	default:
		request->root = open(optarg, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		return request->root >= 0 ? NULL : "--root needs a directory that can be opened";
	}
}

static enum exit_status refuse_name(const char *interpreter)
{
	complain_of_word(
		interpreter,
		"is no name of an interpreter that is known: give the one that its program "
		"has, such as dash or python3.11; interpreters.md lists them; try 'ipectl "
		"enlighten --help'");
	return STATUS_USAGE;
}

static bool is_known(const char *interpreter)
{
	return !interpreter || (strlen(interpreter) < INTERPRETER_SIZE &&
				!strchr(interpreter, '/') && may_have_code(interpreter));
}

static enum exit_status act_on_all(char *const *names, enum wish wish,
				   const struct request *request)
{
	enum exit_status worst = STATUS_ALLOWED;

	if (!*names)
		return usage_error(&cmd_enlighten, "name at least one program");
	if (!is_known(request->interpreter))
		return refuse_name(request->interpreter);
	for (; *names; names++) {
		enum exit_status status = act(*names, wish, request);

		worst = status > worst ? status : worst;
	}
	if (request->root != AT_FDCWD)
		close(request->root);
	return worst;
}

static enum exit_status run(int argc, char **argv)
{
	static const struct option long_options[] = {
		{ "check", no_argument, NULL, 'c' },
		{ "help", no_argument, NULL, 'h' },
		{ "interpreter", required_argument, NULL, 'i' },
		{ "profile", required_argument, NULL, 'p' },
		{ "root", required_argument, NULL, 'r' },
		{ "shim", required_argument, NULL, 's' },
		{ "undo", no_argument, NULL, 'u' },
		{ 0 },
	};
	struct request request = { .root = AT_FDCWD };
	enum wish wish = WISH_ENLIGHTEN;
	const char *problem;
	int option;

	while ((option = getopt_long(argc, argv, "chi:p:r:s:u", long_options, NULL)) != -1) {
		if (option == 'h')
			return show_help(&cmd_enlighten);
		if (option == '?')
			return bad_option(&cmd_enlighten, argv);
		if (option == 'c' || option == 'u') {
			enum wish new_wish = option == 'c' ? WISH_CHECK : WISH_UNDO;

			if (wish != WISH_ENLIGHTEN && wish != new_wish)
				return usage_error(&cmd_enlighten, "use one of --check and --undo");
			wish = new_wish;
			continue;
		}
		problem = take_option(option, &request);
		if (problem)
			return usage_error(&cmd_enlighten, problem);
	}
	return act_on_all(argv + optind, wish, &request);
}

const struct command cmd_enlighten = {
	.name = "enlighten",
	.summary = "put the shim into interpreters, for good",
	.help = "Usage: ipectl enlighten [OPTION...] ELF...\n"
		"Have each interpreter load libipe-shim.so before all else, or not start, whoever\n"
		"starts it.\n\n"
		"Options:\n"
		"  -c, --check             only try whether each has it, and cannot lose it\n"
		"  -h, --help              show this help\n"
		"  -i, --interpreter NAME  which interpreter it is, if its file does not tell\n"
		"  -p, --profile FILE      put this profile of ipe-shim-train into it\n"
		"  -r, --root DIR          the names and libraries are those of an image in DIR\n"
		"  -s, --shim PATH         where the shim is when the program runs\n"
		"  -u, --undo              take it out again\n"
		"\nExit status: 0 success or nothing to do, 1 a file cannot be enlightened, or --check\n"
		"found one that is not, 2 usage, 3 one could not be read or changed.\n"
		"See ipectl-enlighten(1).\n",
	.run = run,
};
