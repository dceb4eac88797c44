/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "code_files.h"
#include "memory.h"
#include "output.h"

void add_code_file(struct code_files *files, int root, const char *path)
{
	files->item = make_room(files->item, files->count, sizeof(*files->item));
	files->item[files->count++] = (struct code_file){
		.path = format_text("%s", path),
		.root = root,
		.op = IPE_OP_COUNT,
	};
}

void free_code_files(struct code_files *files)
{
	for (size_t i = 0; i < files->count; i++)
		free(files->item[i].path);
	free(files->item);
	if (files->root >= 0)
		close(files->root);
	*files = (struct code_files){ .root = AT_FDCWD };
}

static void complain_of(const char *path, int error)
{
	fputs("ipectl: policy new: cannot read '", stderr);
	print_escaped(stderr, path, strlen(path));
	fprintf(stderr, "': %s; %s\n", strerror(error), error_advice(error));
}

/* 0, or the errno that ended it. */
static int walk(FTS *tree, struct code_files *files)
{
	bool complete = true;
	FTSENT *entry;

	while ((entry = fts_read(tree)) != NULL) {
		switch (entry->fts_info) {
		case FTS_F:
			add_code_file(files, AT_FDCWD, entry->fts_path);
			break;
		case FTS_DNR:
		case FTS_ERR:
		case FTS_NS:
			complain_of(entry->fts_path, entry->fts_errno);
			complete = false;
			break;
		default:
			break;
		}
	}
	return complete ? errno : -1;
}

bool list_directory(const char *path, struct code_files *files)
{
	char *roots[] = { format_text("%s", path), NULL };
	/* Not into /proc, /sys and whatever else is mounted there. */
	FTS *tree = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR | FTS_XDEV | FTS_COMFOLLOW, NULL);
	int error = errno;

	if (tree) {
		errno = 0;
		error = walk(tree, files);
		fts_close(tree);
	}
	free(roots[0]);
	if (error > 0)
		complain_of(path, error);
	return error == 0;
}

/* The standard output of a program, or NULL; to be ended with end_program(). */
static FILE *start_program(char *const argv[], pid_t *ret_pid)
{
	posix_spawn_file_actions_t actions;
	FILE *output = NULL;
	int pipes[2];
	int error;

	if (pipe2(pipes, O_CLOEXEC) < 0)
		return NULL;
	error = posix_spawn_file_actions_init(&actions);
	if (error == 0) {
		error = posix_spawn_file_actions_adddup2(&actions, pipes[1], STDOUT_FILENO);
		if (error == 0)
			error = posix_spawnp(ret_pid, argv[0], &actions, NULL, argv, environ);
		posix_spawn_file_actions_destroy(&actions);
	}
	close(pipes[1]);
	if (error == 0)
		output = fdopen(pipes[0], "r");
	if (!output)
		close(pipes[0]);
	errno = error;
	return output;
}

static bool end_program(FILE *output, pid_t pid)
{
	int status;

	fclose(output);
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return false;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/*
 * dpkg-query -L prints a path a line; below one that was diverted, where the package's file is. It
 * never prints a path with a newline, for dpkg does not unpack one.
 */
static void read_package_list(FILE *list, struct code_files *files)
{
	static const char locally[] = "locally diverted to: ";
	size_t size = 0;
	char *line = NULL;
	const char *diverted;
	ssize_t len;

	while ((len = getline(&line, &size, list)) > 0) {
		line[strcspn(line, "\n")] = '\0';
		if (line[0] == '/') {
			add_code_file(files, files->root, line);
			continue;
		}
		diverted = strstr(line, " to: /");
		if (!diverted || files->count == 0 ||
		    !(strncmp(line, locally, strlen(locally)) == 0 ||
		      strncmp(line, "diverted by ", strlen("diverted by ")) == 0))
			continue;
		free(files->item[--files->count].path);
		add_code_file(files, files->root, diverted + strlen(" to: "));
	}
	free(line);
}

bool list_package(const char *package, const char *root, struct code_files *files)
{
	char *option = format_text("--root=%s", root);
	char *name = format_text("%s", package);
	char program[] = "dpkg-query";
	char command[] = "--listfiles";
	char end[] = "--";
	char *argv[] = { program, option, command, end, name, NULL };
	size_t before = files->count;
	FILE *list;
	pid_t pid;
	bool listed = false;

	if (files->root < 0)
		files->root = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (files->root < 0) {
		complain_of(root, errno);
	} else if ((list = start_program(argv, &pid)) == NULL) {
		complain("policy new: dpkg-query cannot be run: %s; this is for Debian's packages",
			 strerror(errno));
	} else {
		read_package_list(list, files);
		listed = end_program(list, pid) && files->count > before;
		if (!listed)
			complain("policy new: dpkg-query does not list the package's files; see "
				 "above, or correct the package's name");
	}
	free(option);
	free(name);
	return listed;
}
