/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A FUSE server that claims a block device, and whose only file has somebody else's content. */
#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_ID 2

union answer {
	struct fuse_init_out init;
	struct fuse_entry_out entry;
	struct fuse_attr_out attr;
	struct fuse_open_out open;
	char content[65536];
};

static char content[65536];
static size_t content_size;

static void failed(const char *step)
{
	fprintf(stderr, "%s: %s\n", step, strerror(errno));
	exit(1);
}

static struct fuse_attr attributes(uint64_t id)
{
	return (struct fuse_attr){
		.ino = id,
		.size = id == FILE_ID ? content_size : 0,
		.mode = id == FILE_ID ? S_IFREG | 0755 : S_IFDIR | 0755,
		.nlink = 1,
		.blksize = 512,
	};
}

static size_t answer_read(const struct fuse_read_in *read, union answer *answer)
{
	size_t size = 0;

	if (read->offset < content_size)
		size = content_size - read->offset;
	if (size > read->size)
		size = read->size;
	memcpy(answer->content, content + read->offset, size);
	return size;
}

/* Returns the size of the answer, or a negative errno. */
static ssize_t answer_to(const struct fuse_in_header *header, const void *in, union answer *answer)
{
	memset(answer, 0, sizeof(*answer));
	switch (header->opcode) {
	case FUSE_INIT:
		answer->init.major = FUSE_KERNEL_VERSION;
		answer->init.minor = FUSE_KERNEL_MINOR_VERSION;
		answer->init.max_write = 4096;
		return sizeof(answer->init);
	case FUSE_LOOKUP:
		answer->entry.nodeid = FILE_ID;
		answer->entry.entry_valid = answer->entry.attr_valid = 1000;
		answer->entry.attr = attributes(FILE_ID);
		return sizeof(answer->entry);
	case FUSE_GETATTR:
		answer->attr.attr_valid = 1000;
		answer->attr.attr = attributes(header->nodeid);
		return sizeof(answer->attr);
	case FUSE_OPEN:
		return sizeof(answer->open);
	case FUSE_READ:
		return (ssize_t)answer_read(in, answer);
	case FUSE_FLUSH:
	case FUSE_RELEASE:
	case FUSE_ACCESS:
		return 0;
	default:
		return -ENOSYS;
	}
}

static void serve(int fd)
{
	static char request[1 << 17] __attribute__((aligned(8)));
	static struct {
		struct fuse_out_header header;
		union answer answer;
	} reply;
	const struct fuse_in_header *header = (const void *)request;

	while (read(fd, request, sizeof(request)) > 0) {
		ssize_t size;

		if (header->opcode == FUSE_FORGET || header->opcode == FUSE_BATCH_FORGET)
			continue;
		size = answer_to(header, header + 1, &reply.answer);
		reply.header.unique = header->unique;
		reply.header.error = size < 0 ? (int32_t)size : 0;
		reply.header.len = (uint32_t)sizeof(reply.header) + (size < 0 ? 0 : (uint32_t)size);
		if (write(fd, &reply, reply.header.len) < 0 && errno != ENOENT)
			break;
	}
}

int main(int argc, char **argv)
{
	char options[128];
	int fd = open("/dev/fuse", O_RDWR), file;

	if (argc != 4) {
		fputs("usage: holes-serve DEVICE DIRECTORY CONTENT\n", stderr);
		return 2;
	}
	file = open(argv[3], O_RDONLY);
	if (fd < 0 || file < 0)
		failed("open");
	content_size = (size_t)read(file, content, sizeof(content));
	snprintf(options, sizeof(options), "fd=%d,rootmode=40000,user_id=0,group_id=0,blksize=4096",
		 fd);
	if (mount(argv[1], argv[2], "fuseblk", MS_RDONLY, options))
		failed("mount");
	if (fork() == 0)
		serve(fd);
	return 0;
}
