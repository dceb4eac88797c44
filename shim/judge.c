/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The verdict on what was opened, before anybody can read from it. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>

#include "../libipe-enlighten/raw.h"
#include "again.h"
#include "ipe-enlighten.h"
#include "judged.h"
#include "shim.h"

/* Not what was created just now or emptied, nor what cannot be read from. */
static bool reads_what_was_there(int flags)
{
	if (flags & (O_PATH | O_DIRECTORY))
		return false;
	if ((flags & O_ACCMODE) == O_WRONLY || (flags & O_TRUNC))
		return false;
	return (flags & (O_CREAT | O_EXCL)) != (O_CREAT | O_EXCL);
}

bool ipe_shim_holds_no_code(int fd)
{
	struct stat st = { 0 };

	if (ipe_raw(SYS_fstat, fd, (long)&st, 0, 0, 0, 0) < 0)
		return false;
	return S_ISDIR(st.st_mode) || (S_ISCHR(st.st_mode) && st.st_rdev == makedev(1, 3));
}

/* @ret_why is for the user, who may take the file for data. */
static bool is_allowed(int fd, const struct ipe_open *open, struct ipe_check *check,
		       const char **ret_why)
{
	if (ipe_judged_has(fd, open->path ? open->path : "")) {
		*ret_why = "the configuration has it judged";
		return ipe_check_data(fd, check) == 0 && check->verdict == IPE_ALLOW;
	}
	*ret_why = ipe_shim_why_code(fd, open);
	if (!*ret_why)
		return true;
	if (ipe_check_fd(fd, check) == 0 && check->verdict == IPE_ALLOW) {
		if (ipe_shim.rules->traits & IPE_READS_TWICE && open->path)
			ipe_again_add(open->path);
		return true;
	}
	if (ipe_shim_holds_no_code(fd))
		return true;
	return open->path && ipe_sources_has_copy(ipe_shim.rules, &ipe_shim.sources, open->path) &&
	       ipe_check_inline(check) == 0 && check->verdict == IPE_ALLOW;
}

static bool takes_it_all_the_same(const struct ipe_open *open)
{
	struct ipe_sources sources = { 0 };

	if (!(ipe_shim.rules->traits & IPE_TAKES_DESCRIPTORS) || !open->path)
		return false;
	ipe_sources_add_file(&sources, open->path, strlen(open->path));
	return sources.descriptor_count > 0 || sources.stdin_code;
}

int ipe_shim_judge(int fd, const struct ipe_open *open)
{
	struct ipe_check check = { 0 };
	const char *why = "";

	if (ipe_shim.opens_no_code || !reads_what_was_there(open->flags) ||
	    is_allowed(fd, open, &check, &why))
		return 0;
	ipe_shim_report(open->path ? open->path : "(reopened)", check.reason, why);
	if (ipe_shim_is_needed(open) || takes_it_all_the_same(open))
		ipe_shim_refuse_program();
	return -EACCES;
}
