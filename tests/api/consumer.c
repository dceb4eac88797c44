/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A program of somebody else's, in the language that C and C++ have in common. */
#include <fcntl.h>
#include <ipe-enlighten.h>
#include <stdio.h>
#include <unistd.h>

int main(int argc, char *argv[])
{
	struct ipe_check check;
	struct ipe_restrictions all;
	char buf[4096];
	size_t len;
	int fd = ipe_open_code(AT_FDCWD, argc > 1 ? argv[1] : "/", &check);

	ipe_query_restrictions(&all);
	printf("%s: %s: %s\n", check.verdict == IPE_ALLOW ? "allow" : "deny",
	       ipe_reason_name(check.reason), ipe_reason_advice(check.reason));
	if (fd < 0)
		return 1;
	if (ipe_check_fd(fd, &check) < 0 || ipe_check_stdin(fd, &check) < 0 ||
	    ipe_load_fd(fd, buf, sizeof(buf), &len, &check) < 0 || ipe_check_inline(&check) < 0)
		return 2;
	close(fd);
	return ipe_reason_count() > (unsigned int)check.reason ? 0 : 3;
}
