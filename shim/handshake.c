/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "handshake.h"

#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../libipe-enlighten/raw.h"
#include "shim.h"

static const char *find_variable(char **envp)
{
	static const char name[] = IPE_HANDSHAKE_VARIABLE "=";

	for (; *envp; envp++)
		if (strncmp(*envp, name, sizeof(name) - 1) == 0)
			return *envp + sizeof(name) - 1;
	return NULL;
}

/* A decimal number up to @end, which is left behind it; false if there is none. */
static bool take_number(const char **text, char end, uint64_t *ret)
{
	const char *start = *text;
	uint64_t value = 0;

	while (**text >= '0' && **text <= '9') {
		if (value > (UINT64_MAX - 9) / 10)
			return false;
		value = value * 10 + (uint64_t)(*(*text)++ - '0');
	}
	if (*text == start || **text != end)
		return false;
	if (end)
		(*text)++;
	*ret = value;
	return true;
}

static bool is_writing_end(int fd, uint64_t inode)
{
	struct stat st = { 0 };
	long flags = ipe_raw(SYS_fcntl, fd, F_GETFL, 0, 0, 0, 0);

	return flags >= 0 && (flags & (O_ACCMODE | O_PATH)) == O_WRONLY &&
	       ipe_raw(SYS_fstat, fd, (long)&st, 0, 0, 0, 0) == 0 && S_ISFIFO(st.st_mode) &&
	       st.st_ino == inode;
}

void ipe_shim_answer_launcher(char **envp)
{
	static const char byte = IPE_HANDSHAKE_BYTE;
	const char *value = getauxval(AT_SECURE) ? NULL : find_variable(envp);
	uint64_t fd, inode;

	if (!value || !take_number(&value, ':', &fd) || !take_number(&value, '\0', &inode))
		return;
	if (fd <= STDERR_FILENO || fd > INT_MAX || !is_writing_end((int)fd, inode))
		return;
	ipe_raw(SYS_write, (long)fd, (long)&byte, 1, 0, 0, 0);
	ipe_raw(SYS_close, (long)fd, 0, 0, 0, 0, 0);
}
