/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pages that somebody else provides when an executable mapping asks for them. */
#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "holes.h"

static int register_range(void *map)
{
	int fd = (int)syscall(SYS_userfaultfd, O_CLOEXEC);
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register range = {
		.range = { .start = (unsigned long)map, .len = PAGE },
		.mode = UFFDIO_REGISTER_MODE_MISSING,
	};

	if (fd < 0)
		refused("userfaultfd");
	if (ioctl(fd, UFFDIO_API, &api))
		broken("userfaultfd-api");
	if (ioctl(fd, UFFDIO_REGISTER, &range))
		refused("register");
	return fd;
}

static void provide(int fd, void *map)
{
	static char page[PAGE] __attribute__((aligned(PAGE)));
	struct uffdio_copy copy = {
		.dst = (unsigned long)map,
		.src = (unsigned long)page,
		.len = PAGE,
	};

	put_code(page);
	if (ioctl(fd, UFFDIO_COPY, &copy))
		refused("copy");
}

static void executable(const char *path)
{
	void *map = map_file(path, PROT_READ | PROT_EXEC, MAP_PRIVATE);

	provide(register_range(map), map);
	run_code(map);
}

/* Registered and filled before it becomes executable. */
static void later(const char *path)
{
	void *map = map_file(path, PROT_READ, MAP_PRIVATE);
	int fd = register_range(map);

	if (mprotect(map, PAGE, PROT_READ | PROT_EXEC))
		refused("mprotect");
	provide(fd, map);
	run_code(map);
}

/* The control: in a mapping that may be written to anyhow. */
static void writable(const char *path)
{
	void *map = map_file(path, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE);

	provide(register_range(map), map);
	run_code(map);
}

const struct exploit fault_exploits[] = {
	{ "fault-executable", executable },
	{ "fault-later", later },
	{ "fault-writable", writable },
	{ NULL, NULL },
};
