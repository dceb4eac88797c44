/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The C library opens, because nothing else gives a stream its character set or another file, and
 * fdopen(3) takes one more system call. The verdict follows before the stream is handed out.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>

#include "next.h"
#include "shim.h"

/* The C library looks at no more letters than this. */
#define MODE_LETTERS 7

/*
 * The flags that the C library opens with, or -1 if it does not accept the mode. Where a comma leaves
 * it open, those with which more is judged.
 */
static int flags_of_mode(const char *mode)
{
	bool is_certain = true;
	int flags;

	if (*mode == 'r')
		flags = O_RDONLY;
	else if (*mode == 'w')
		flags = O_WRONLY | O_CREAT | O_TRUNC;
	else if (*mode == 'a')
		flags = O_WRONLY | O_CREAT | O_APPEND;
	else
		return -1;
	for (int i = 1; i < MODE_LETTERS && mode[i]; i++) {
		is_certain = is_certain && mode[i] != ',';
		if (mode[i] == '+')
			flags = (flags & ~O_ACCMODE) | O_RDWR;
		else if (mode[i] == 'x' && is_certain)
			flags |= O_EXCL;
		else if (mode[i] == 'e')
			flags |= O_CLOEXEC;
	}
	return flags;
}

static FILE *fail(int error)
{
	errno = error;
	return NULL;
}

static FILE *open_stream(const char *mode, const struct ipe_open *open)
{
	FILE *stream;
	int error;

	if (open->flags < 0)
		return fail(EINVAL);
	stream = ipe_next()->fopen(open->path, mode);
	error = stream ? ipe_shim_judge(fileno(stream), open) : 0;
	if (error == 0)
		return stream;
	fclose(stream);
	return fail(-error);
}

/* Without a path the stream's own file is opened again, with another mode. */
static FILE *reopen_judged(const char *mode, FILE *old, const struct ipe_open *open)
{
	FILE *stream = ipe_next()->freopen(open->path, mode, old);
	int error = 0;

	if (stream && open->flags >= 0)
		error = ipe_shim_judge(fileno(stream), open);
	if (error == 0)
		return stream;
	/* One that fails, so that the stream is left as the C library leaves it then. */
	(void)ipe_next()->freopen("", mode, old);
	return fail(-error);
}

static FILE *reopen_stream(const char *mode, FILE *old, struct ipe_open open)
{
	FILE *stream;

	flockfile(old);
	stream = reopen_judged(mode, old, &open);
	funlockfile(old);
	return stream;
}

#define REQUEST(path, mode) \
	((struct ipe_open){ path, flags_of_mode(mode), IPE_CALL_STREAM, IPE_HERE })

#define IPE_OPEN(name)
#define IPE_OPEN_2(name)
#define IPE_OPENAT(name)
#define IPE_OPENAT_2(name)
#define IPE_OTHER(name)
#define IPE_SPAWN(name)
#define IPE_FOPEN(name)                                               \
	IPE_WRAPPER(FILE *, name, const char *path, const char *mode) \
	{                                                             \
		return open_stream(mode, &REQUEST(path, mode));       \
	}

#define IPE_FREOPEN(name)                                                           \
	IPE_WRAPPER(FILE *, name, const char *path, const char *mode, FILE *stream) \
	{                                                                           \
		return reopen_stream(mode, stream, REQUEST(path, mode));            \
	}
#include "calls.def"
