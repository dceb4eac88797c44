/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "../ipectl.h"
#include "../output.h"
#include "../root.h"
#include "enlighten.h"

/* Names of folders with libraries, as Debian has them for each machine. */
static const struct {
	uint16_t machine;
	const char *folder;
} folders[] = {
	{ EM_X86_64, "x86_64-linux-gnu" },
	{ EM_AARCH64, "aarch64-linux-gnu" },
	{ EM_RISCV, "riscv64-linux-gnu" },
};

/* Where this project's libraries are for the program's machine. */
static const char *usual_path(uint16_t machine)
{
	static char path[PATH_MAX];
	const char *own = NULL, *other = NULL, *found = NULL;

	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		if (folders[i].machine == machine)
			other = folders[i].folder;
		if (!found) {
			own = folders[i].folder;
			found = strstr(shim_path, own);
		}
	}
	if (!found || !other)
		return shim_path;
	snprintf(path, sizeof(path), "%.*s%s%s", (int)(found - shim_path), shim_path, other,
		 found + strlen(own));
	return path;
}

static const char *problem_of(struct image *image, const struct change *change)
{
	struct tables tables = { 0 };
	const char *problem = NULL;

	if (tables_read_library(image, &tables) < 0)
		problem = image->problem ? image->problem : "it cannot be read";
	else if (image->header.e_machine != change->image.header.e_machine)
		problem = "it is for another architecture than the program";
	else if (!tables_define_marker(image, &tables))
		problem = "it is not the shim, or an old one";
	tables_free(&tables);
	return problem;
}

bool is_shim_there(const struct change *change, const char *path)
{
	int fd = open_in_root(change->request->root, path, O_RDONLY | O_NONBLOCK);
	struct image image = { 0 };
	const char *problem = NULL;
	int error = fd < 0 ? fd : image_load(fd, &image);

	if (error == 0)
		problem = problem_of(&image, change);
	else if (image.problem)
		problem = image.problem;
	if (error < 0 && !problem)
		complain_of(change,
			    "cannot open the shim '%s': %s; install libipe-shim there, or name it "
			    "with --shim",
			    path, strerror(-error));
	else if (problem)
		complain_of(change, "the shim '%s' does not fit: %s; install libipe-shim anew",
			    path, problem);
	image_free(&image);
	if (fd >= 0)
		close(fd);
	return error == 0 && !problem;
}

const char *find_shim(const struct change *change)
{
	const char *path = change->request->shim ? change->request->shim
						 : usual_path(change->image.header.e_machine);

	return is_shim_there(change, path) ? path : NULL;
}
