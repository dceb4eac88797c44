/* SPDX-License-Identifier: 0BSD */
/*
 * The three questions of an interpreter, each before it reads: NULL if the code may be interpreted,
 * else the name of the reason why not. Built without WITH_IPE_ENLIGHTEN nothing is asked, and no
 * library is needed; IPE_ENLIGHTEN_STATE says so in the interpreter's --version.
 */
#ifndef IPE_ENLIGHTEN_FALLBACK_H
#define IPE_ENLIGHTEN_FALLBACK_H

#ifdef WITH_IPE_ENLIGHTEN
#include <errno.h>
#include <ipe-enlighten.h>
#include <sys/stat.h>

#define IPE_ENLIGHTEN_STATE "with ipe-enlighten"

/* What cannot be read, a closed descriptor or a directory, has no code: the reader's own error. */
static inline const char *ipe_refusal(int fd, int error, const struct ipe_check *check)
{
	struct stat status;

	if (error == 0 && check->verdict == IPE_ALLOW)
		return NULL;
	if (error == -EBADF || (fd >= 0 && fstat(fd, &status) == 0 && S_ISDIR(status.st_mode)))
		return NULL;
	return ipe_reason_name(check->reason);
}

/* fd: a script, module or library that was named, found or configured; interpret fd alone */
static inline const char *ipe_refuse_file(int fd)
{
	struct ipe_check check;
	int error = ipe_check_fd(fd, &check);

	return ipe_refusal(fd, error, &check);
}

/* fd: standard input; ask again when it may have become another file */
static inline const char *ipe_refuse_stdin(int fd)
{
	struct ipe_check check;
	int error = ipe_check_stdin(fd, &check);

	return ipe_refusal(fd, error, &check);
}

/* code in an argument or in the environment, a prompt */
static inline const char *ipe_refuse_inline(void)
{
	struct ipe_check check;
	int error = ipe_check_inline(&check);

	return ipe_refusal(-1, error, &check);
}

#else

#include <stddef.h>

#define IPE_ENLIGHTEN_STATE "without ipe-enlighten"

static inline const char *ipe_refuse_file(int fd)
{
	(void)fd;
	return NULL;
}

static inline const char *ipe_refuse_stdin(int fd)
{
	(void)fd;
	return NULL;
}

static inline const char *ipe_refuse_inline(void)
{
	return NULL;
}

#endif
#endif
