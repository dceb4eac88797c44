/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <linux/fsverity.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "facts.h"
#include "ipe-enlighten.h"

/* Linux 6.14, include/uapi/linux/fcntl.h; Debian 12's headers are older. */
#ifndef AT_EXECVE_CHECK
#define AT_EXECVE_CHECK 0x10000
#endif

int probe_mmap(int fd)
{
	void *address = mmap(NULL, 1, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0);

	if (address == MAP_FAILED)
		return -errno;
	munmap(address, 1);
	return IPE_PASSED;
}

int probe_exec(int fd)
{
	static const char *const argv[] = { "", NULL };
	static const char *const envp[] = { NULL };

	if (syscall(SYS_execveat, fd, "", argv, envp, AT_EMPTY_PATH | AT_EXECVE_CHECK) < 0)
		return -errno;
	return IPE_PASSED;
}

static const char *algorithm_name(unsigned int algorithm)
{
	switch (algorithm) {
	case FS_VERITY_HASH_ALG_SHA256:
		return "sha256";
	case FS_VERITY_HASH_ALG_SHA512:
		return "sha512";
	default:
		return NULL;
	}
}

static int read_signature(int fd)
{
	char byte;
	struct fsverity_read_metadata_arg arg = {
		.metadata_type = FS_VERITY_METADATA_TYPE_SIGNATURE,
		.length = sizeof(byte),
		.buf_ptr = (uintptr_t)&byte,
	};
	int got = ioctl(fd, FS_IOC_READ_VERITY_METADATA, &arg);

	if (got < 0)
		return -errno;
	return got > 0 ? 0 : -ENODATA;
}

void collect_fsverity(int fd, struct fsverity_facts *ret)
{
	union {
		struct fsverity_digest header;
		char space[sizeof(struct fsverity_digest) + sizeof(ret->digest)];
	} measured = { .header.digest_size = sizeof(ret->digest) };

	*ret = (struct fsverity_facts){ .signature_error = -ENODATA };
	if (ioctl(fd, FS_IOC_MEASURE_VERITY, &measured) < 0) {
		ret->error = -errno;
		return;
	}
	ret->algorithm = algorithm_name(measured.header.digest_algorithm);
	ret->digest_size = measured.header.digest_size;
	memcpy(ret->digest, measured.header.digest, ret->digest_size);
	ret->signature_error = read_signature(fd);
}
