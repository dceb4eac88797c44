/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Code or data, told by name and first bytes where nothing better is known. */
#include <fcntl.h>
#include <string.h>
#include <sys/syscall.h>

#include "../libipe-enlighten/raw.h"
#include "shim.h"

static const char *const code_suffixes[] = {
	"awk", "bash", "cjs", "dash", "go",  "js",  "ksh", "lua", "m4",	 "mjs", "mk",  "php",
	"pl",  "pm",   "py",  "pyc",  "pyw", "pyo", "rb",  "scm", "sed", "sh",	"tcl", "zsh",
};

static const char *suffix_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *dot = strrchr(slash ? slash + 1 : path, '.');

	return dot ? dot + 1 : "";
}

static bool has_code_suffix(const char *path)
{
	const char *suffix = suffix_of(path);

	for (size_t i = 0; i < sizeof(code_suffixes) / sizeof(code_suffixes[0]); i++)
		if (strcmp(suffix, code_suffixes[i]) == 0)
			return true;
	return false;
}

static bool has_hash_bang(int fd)
{
	char head[2];

	return ipe_raw(SYS_pread64, fd, (long)head, sizeof(head), 0, 0, 0) == sizeof(head) &&
	       head[0] == '#' && head[1] == '!';
}

bool ipe_shim_is_code(int fd, const struct ipe_open *open)
{
	return (open->path && has_code_suffix(open->path)) || has_hash_bang(fd);
}
