/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One line for each refusal on the command's standard error, and a record in the system log. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "../../shim/words.h"
#include "../output.h"
#include "supervisor.h"

/* More than that in one second are counted and not told to the system log. */
#define RECORDS_PER_SECOND 10
/* There are fewer limits than that. */
#define LIMIT_MAX 32
/* So many programs are told apart that are not known. */
#define PROGRAMS_MAX 32

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void print_quoted(FILE *out, const char *text, size_t len)
{
	fputc('\'', out);
	print_escaped(out, text, len);
	fputc('\'', out);
}

static void print_file(FILE *out, const char *path)
{
	if (*path)
		print_quoted(out, path, strnlen(path, PATH_MAX));
	else
		fputs("a file", out);
}

/* Who asks, as the kernel names it: with what is no letter escaped already. */
static void print_asker(FILE *out, const struct request *request)
{
	char *status = NULL;
	size_t size = 0;
	const char *name = NULL;

	if (request->proc >= 0 && read_status(request->proc, &status, &size) == 0)
		name = status_line(status, "Name:\t");
	fputs(" for ", out);
	print_quoted(out, name ? name : "?", name ? strcspn(name, "\n") : 1);
	fprintf(out, " (pid %d): ", request->tid);
	free(status);
}

static bool may_record(unsigned int *dropped)
{
	static time_t second;
	static unsigned int count, unrecorded;
	time_t now = time(NULL);

	if (now != second) {
		second = now;
		count = 0;
	}
	if (count++ >= RECORDS_PER_SECOND) {
		unrecorded++;
		return false;
	}
	*dropped = unrecorded;
	unrecorded = 0;
	return true;
}

static void tell(const char *line)
{
	unsigned int dropped = 0;

	pthread_mutex_lock(&lock);
	fprintf(stderr, "ipectl: run: %s\n", line);
	if (may_record(&dropped)) {
		if (dropped > 0)
			syslog(LOG_AUTHPRIV | LOG_WARNING, "%u records were left out", dropped);
		syslog(LOG_AUTHPRIV | LOG_WARNING, "%s", line);
	}
	pthread_mutex_unlock(&lock);
}

static void tell_of(const struct request *request, const char *what, const char *why,
		    const char *advice)
{
	char *line = NULL;
	size_t size;
	FILE *out = open_memstream(&line, &size);

	if (out) {
		fputs(what, out);
		print_file(out, request->path);
		print_asker(out, request);
		fprintf(out, "%s %s", why, advice);
		fclose(out);
	}
	tell(line ? line : "refused a file, and there is no memory to say which");
	free(line);
}

void report_refusal(const struct request *request)
{
	const char *code = request->refused_code;
	char why[1024];

	snprintf(why, sizeof(why), "%s%s%s%s: %s", code ? "the code in " : "", code ? code : "",
		 code ? ": " : "", ipe_reason_name(request->check.reason),
		 ipe_reason_advice(request->check.reason));
	tell_of(request, code ? "refused to run " : "refused ", why,
		code ? "See ipectl-run(1)."
		     : "What nothing shows to be data counts as code here, see "
		       "ipectl-run(1); 'ipectl why' shows what decides.");
}

/* Programs ask for the same again and again, and go on without. */
static bool is_first(const char *limit)
{
	static const char *told[LIMIT_MAX];
	bool first = false;

	pthread_mutex_lock(&lock);
	for (int i = 0; i < LIMIT_MAX && told[i] != limit && !first; i++) {
		first = !told[i];
		if (first)
			told[i] = limit;
	}
	pthread_mutex_unlock(&lock);
	return first;
}

void report_limit(const struct request *request, int error)
{
	char why[256];

	if (!is_first(request->limit))
		return;
	snprintf(why, sizeof(why), "%s (%s);", request->limit, error_name(-error));
	tell_of(request, "did not open ", why, "see ipectl-run(1)");
}

/* True once for each program, and again if there were very many of them. */
static bool is_first_of(const char *program)
{
	static char told[PROGRAMS_MAX][NAME_MAX + 1];
	static size_t count;
	const char *name = ipe_last_part(program);

	for (size_t i = 0; i < count; i++)
		if (strncmp(told[i], name, NAME_MAX) == 0)
			return false;
	if (count == PROGRAMS_MAX)
		return true;
	snprintf(told[count++], sizeof(told[0]), "%s", name);
	return true;
}

void report_unknown(const char *program)
{
	pthread_mutex_lock(&lock);
	if (is_first_of(program)) {
		fputs("ipectl: run: ", stderr);
		print_file(stderr, program);
		fputs(": it is not known, so what it reads is data (unknown = data); see "
		      "ipe-enlighten.conf(5)\n",
		      stderr);
	}
	pthread_mutex_unlock(&lock);
}

void leave_standard_error(void)
{
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

	pthread_mutex_lock(&lock);
	if (null >= 0) {
		dup2(null, STDERR_FILENO);
		close(null);
	}
	pthread_mutex_unlock(&lock);
}
