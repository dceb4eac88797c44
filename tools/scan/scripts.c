/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the first lines of scripts name: an interpreter, whatever it is called. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "memory.h"
#include "output.h"
#include "scan.h"

#define WORDS_MAX 64

struct script_line {
	char *text;
	char *script;
	size_t count;
	bool resolved;
};

/* The same few lines come again and again: the last that matched is moved to the front. */
void add_script(struct scan *scan, const char *path, const char *line, size_t len)
{
	const char *end = memchr(line, '\n', len);
	size_t line_len = strnlen(line, end ? (size_t)(end - line) : len);

	for (size_t i = 0; i < scan->line_count; i++) {
		struct script_line found = scan->lines[i];

		if (strncmp(found.text, line, line_len) != 0 || found.text[line_len] != '\0')
			continue;
		found.count++;
		scan->lines[i] = scan->lines[0];
		scan->lines[0] = found;
		return;
	}
	scan->lines = make_room(scan->lines, scan->line_count, sizeof(*scan->lines));
	scan->lines[scan->line_count++] = (struct script_line){
		.text = format_text("%.*s", (int)line_len, line),
		.script = format_text("%s", path),
		.count = 1,
	};
}

static struct file *find_program(struct scan *scan, const char *path, bool *ret_is_there)
{
	int fd = open_in_tree(scan, path, O_PATH);
	struct file *file = NULL;
	struct stat st;

	*ret_is_there |= fd >= 0 || errno != ENOENT;
	if (fd < 0)
		return NULL;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) {
		file = find_file(scan, st.st_dev, st.st_ino);
		if (!file)
			file = examine(scan, path, 0);
	}
	close(fd);
	return file;
}

static struct file *find_in_path(struct scan *scan, const char *name, bool *ret_is_there)
{
	static const char *const folders[] = { "/usr/local/sbin", "/usr/local/bin", "/usr/sbin",
					       "/usr/bin",	  "/sbin",	    "/bin" };
	struct file *file = NULL;

	if (strchr(name, '/'))
		return find_program(scan, name, ret_is_there);
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]) && !file; i++) {
		char *path = format_text("%s/%s", folders[i], name);

		file = find_program(scan, path, ret_is_there);
		free(path);
	}
	return file;
}

/* As env -S does, but for variables. */
static size_t split(char *text, char *words[static WORDS_MAX])
{
	size_t count = 0;

	while (count < WORDS_MAX) {
		char *end = text + strspn(text, " \t\r\v\f");
		char quote = '\0';

		if (*end == '\0')
			break;
		words[count] = text = end;
		for (; *end && (quote || !strchr(" \t\r\v\f", *end)); end++) {
			if (*end == quote || (!quote && (*end == '"' || *end == '\'')))
				quote = quote ? '\0' : *end;
			else
				*text++ = *end;
		}
		end += *end != '\0';
		*text = '\0';
		text = end;
		count++;
	}
	return count;
}

/* The program that env(1) starts, or NULL. */
static const char *program_of_env(char *text)
{
	char *words[WORDS_MAX];
	size_t count = split(text, words);

	for (size_t i = 0; i < count; i++) {
		const char *word = words[i];

		if (strcmp(word, "-u") == 0 || strcmp(word, "-C") == 0 ||
		    strcmp(word, "--unset") == 0 || strcmp(word, "--chdir") == 0)
			i++;
		else if (strncmp(word, "--split-string=", 15) == 0)
			return word + 15;
		else if (strncmp(word, "-S", 2) == 0 && word[2] != '\0')
			return word + 2;
		else if (strncmp(word, "-vS", 3) == 0 && word[3] != '\0')
			return word + 3;
		else if (word[0] != '-' && !strchr(word, '='))
			return word;
	}
	return NULL;
}

/* Programs that a script may name and that read nothing of it as a program. */
static bool reads_no_program(const char *path)
{
	static const char *const names[] = { "cat", "echo", "env", "false", "true" };
	const char *name = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	return false;
}

/* It may come later, and then it interprets. */
static void tell_missing(const char *name, const struct script_line *line)
{
	fputs("ipectl: scan: note: '", stderr);
	print_escaped(stderr, line->script, strlen(line->script));
	if (line->count > 1)
		fprintf(stderr, "' and %zu more of its kind name '", line->count - 1);
	else
		fputs("' names '", stderr);
	print_escaped(stderr, name, strlen(name));
	fputs("' as interpreter, which is not there\n", stderr);
}

static void resolve(struct scan *scan, struct script_line line)
{
	char *text = format_text("%s", line.text);
	char *path = text + strspn(text, " \t\r");
	size_t len = strcspn(path, " \t\r");
	char *rest = path + len + (path[len] != '\0');
	const char *name = path, *base;
	struct file *file;
	bool is_there = false;

	path[len] = '\0';
	base = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
	if (strcmp(base, "env") == 0)
		name = program_of_env(rest);
	if (!name || !*name || reads_no_program(name)) {
		free(text);
		return;
	}
	file = find_in_path(scan, name, &is_there);
	if (!is_there)
		tell_missing(name, &line);
	if (file && file->image.program) {
		file->script = file->script ? file->script : line.script;
		file->scripts += line.count;
	}
	free(text);
}

/* What a line names may be a script, which adds a line and moves the others. */
void resolve_scripts(struct scan *scan)
{
	size_t i = 0;

	while (i < scan->line_count) {
		if (scan->lines[i].resolved) {
			i++;
			continue;
		}
		scan->lines[i].resolved = true;
		resolve(scan, scan->lines[i]);
		i = 0;
	}
}

void free_scripts(struct scan *scan)
{
	for (size_t i = 0; i < scan->line_count; i++) {
		free(scan->lines[i].text);
		free(scan->lines[i].script);
	}
	free(scan->lines);
}
