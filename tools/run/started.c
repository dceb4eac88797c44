/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "trace.h"

#define VECTOR_MAX 128

#define STATIC                                                                                 \
	"it is static, so that no shim can be loaded into it; use --supervise, or link it to " \
	"libipe-enlighten"
#define SET_ID                                                                               \
	"it gains privileges (set-user-ID, set-group-ID or file capabilities), so that its " \
	"loader leaves the shim out; start it from outside, or use --supervise as root"
#define FOREIGN                                                                                  \
	"it is for another architecture than the shim, so that its loader leaves the shim out; " \
	"use --supervise"

/* Class, byte order and machine, which a shim must have in common with a program. */
static bool same_machine(int fd)
{
	Elf64_Ehdr program, own;
	int self = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	bool same = self >= 0 && pread(self, &own, sizeof(own), 0) == sizeof(own) &&
		    pread(fd, &program, sizeof(program), 0) == sizeof(program) &&
		    memcmp(own.e_ident, program.e_ident, EI_VERSION + 1) == 0 &&
		    own.e_machine == program.e_machine;

	if (self >= 0)
		close(self);
	return same;
}

static bool gains_privileges(int fd)
{
	struct stat st;

	return fstat(fd, &st) < 0 || (st.st_mode & (S_ISUID | S_ISGID)) ||
	       fgetxattr(fd, "security.capability", NULL, 0) > 0;
}

static int read_vector(pid_t pid, Elf64_auxv_t *vector, size_t *count)
{
	char name[64];
	ssize_t len;
	int fd;

	snprintf(name, sizeof(name), "/proc/%d/auxv", pid);
	fd = open(name, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	len = read(fd, vector, VECTOR_MAX * sizeof(*vector));
	close(fd);
	if (len <= 0)
		return -EIO;
	*count = (size_t)len / sizeof(*vector);
	return 0;
}

static unsigned long value_of(const Elf64_auxv_t *vector, size_t count, unsigned long type)
{
	for (size_t i = 0; i < count && vector[i].a_type != AT_NULL; i++)
		if (vector[i].a_type == type)
			return vector[i].a_un.a_val;
	return 0;
}

static int look_at_vector(pid_t pid, struct started *ret)
{
	Elf64_auxv_t vector[VECTOR_MAX];
	size_t count = 0;
	int error = read_vector(pid, vector, &count);

	if (error < 0)
		return error;
	ret->entry = value_of(vector, count, AT_ENTRY);
	if (value_of(vector, count, AT_SECURE))
		ret->obstacle = SET_ID;
	else if (!value_of(vector, count, AT_BASE))
		ret->obstacle = STATIC;
	return ret->entry ? 0 : -ENOEXEC;
}

int look_at_started(pid_t pid, struct started *ret)
{
	char name[64];
	ssize_t len;
	int error = 0, fd;

	*ret = (struct started){ 0 };
	snprintf(name, sizeof(name), "/proc/%d/exe", pid);
	len = readlink(name, ret->path, sizeof(ret->path) - 1);
	fd = open(name, O_RDONLY | O_CLOEXEC);
	if (len < 0 || fd < 0) {
		error = -errno;
	} else if (!same_machine(fd)) {
		ret->obstacle = FOREIGN;
	} else {
		error = look_at_vector(pid, ret);
		if (gains_privileges(fd))
			ret->obstacle = SET_ID;
	}
	if (fd >= 0)
		close(fd);
	return error;
}
