/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whatever the program inherited, where any of it may become the program. */
#include "descriptors.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/select.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "../libipe-enlighten/raw.h"
#include "room.h"
#include "shim.h"

#define WORD_BITS (8 * sizeof(unsigned long))
/* Twice what proc_sys_fs(5) has for nr_open unless somebody raises it. */
#define SET_BITS (1UL << 21)

static unsigned long set[SET_BITS / WORD_BITS] IPE_ROOM;

/*
 * select(2), BUGS: a closed descriptor is an error, unless it is higher than all that there is room for
 * in the table of the process. A limit tells nothing: it can be lowered below descriptors that stay open,
 * and /proc can be anything.
 */
static bool is_in_table(unsigned long fd)
{
	struct timespec now = { 0 };
	long ret;

	if (ipe_raw(SYS_fcntl, (long)fd, F_GETFD, 0, 0, 0, 0) != -EBADF)
		return true;
	set[fd / WORD_BITS] = 1UL << fd % WORD_BITS;
	ret = ipe_raw(SYS_pselect6, (long)fd + 1, (long)set, 0, 0, (long)&now, 0);
	set[fd / WORD_BITS] = 0;
	return ret != 0;
}

/* No descriptor is as high; SET_BITS if that cannot be told. Tables have room for a power of two, or less. */
static unsigned long find_end(void)
{
	unsigned long end = WORD_BITS;

	while (end < SET_BITS && is_in_table(end))
		end *= 2;
	return end;
}

/* Not a directory, nor an eventfd and its like, which have no type. */
static bool can_hold_code(mode_t mode)
{
	return S_ISREG(mode) || S_ISFIFO(mode) || S_ISSOCK(mode) || S_ISCHR(mode) || S_ISBLK(mode);
}

/* A terminal behind standard output and error is for what the program says. */
static bool is_allowed(int fd)
{
	struct stat st = { 0 };
	long error = ipe_raw(SYS_fstat, fd, (long)&st, 0, 0, 0, 0);

	if (error == -EBADF)
		return true;
	if (error == 0 &&
	    (!can_hold_code(st.st_mode) || (fd <= STDERR_FILENO && S_ISCHR(st.st_mode))))
		return true;
	return ipe_shim_allows_descriptor(fd);
}

bool ipe_shim_allows_all_descriptors(void)
{
	unsigned long end = find_end();

	for (unsigned long fd = STDOUT_FILENO; fd < end && end < SET_BITS; fd++)
		if (!is_allowed((int)fd))
			return false;
	return end < SET_BITS;
}
