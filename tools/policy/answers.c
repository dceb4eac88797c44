/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdio.h>
#include <string.h>

#include "answers.h"
#include "output.h"

static const char *advice_of(const struct answer *answer)
{
	return answer->advice ? answer->advice
			      : kernel_advice(answer->request, answer->name, &answer->kernel);
}

static void print_subject(FILE *out, const struct answer *answer)
{
	const char *subject = answer->kernel.error && answer->path ? answer->path : answer->name;

	print_escaped(out, subject ? subject : "a policy", strlen(subject ? subject : "a policy"));
}

static void print_success(const struct answer *answer)
{
	static const char *const done[] = {
		[KERNEL_LOAD] = "loaded",
		[KERNEL_UPDATE] = "updated",
		[KERNEL_ACTIVATE] = "activated",
		[KERNEL_REMOVE] = "removed",
	};

	printf("%s ", done[answer->request]);
	print_subject(stdout, answer);
	if (answer->version)
		printf(" %s", answer->version);
	putchar('\n');
}

static void print_failure(const struct answer *answer)
{
	static const char *const tried[] = {
		[KERNEL_LOAD] = "load",
		[KERNEL_UPDATE] = "update with",
		[KERNEL_ACTIVATE] = "activate",
		[KERNEL_REMOVE] = "remove",
	};

	fprintf(stderr, "ipectl: cannot %s '", tried[answer->request]);
	print_subject(stderr, answer);
	fprintf(stderr, "': %s (%s): %s\n", strerror(answer->kernel.error),
		error_name(answer->kernel.error), advice_of(answer));
}

static json_t *answer_object(const struct answer *answer)
{
	json_t *object = json_object();
	bool failed = answer->kernel.error != 0;

	if (answer->path)
		json_put_name(object, "path", answer->path);
	json_put_name(object, "name", answer->name);
	if (answer->version)
		json_put_string(object, "version", answer->version);
	json_put_string(object, "error", failed ? error_name(answer->kernel.error) : NULL);
	json_put_string(object, "advice", failed ? advice_of(answer) : NULL);
	return object;
}

void report_answer(const struct answer *answer, json_t *answers)
{
	if (answers)
		json_add(answers, answer_object(answer));
	else if (answer->kernel.error)
		print_failure(answer);
	else
		print_success(answer);
}

void print_answers(json_t *answers)
{
	if (!answers)
		return;
	json_print(answers);
	putchar('\n');
	json_decref(answers);
}

enum exit_status answer_status(const struct answer *answer)
{
	if (answer->kernel.unasked)
		return STATUS_UNDECIDED;
	return answer->kernel.error ? STATUS_REFUSED : STATUS_ALLOWED;
}
