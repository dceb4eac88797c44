/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>

#include "fake_sys.h"
#include "sys.h"

#define CONFIG_FD     11
#define SCRIPT_OWN_FD 12
#define MAX_FD	      16
#define ADDRESS	      ((void *)(uintptr_t)0x10000)

struct fake_kernel fake;
struct fake_record fake_record;

static struct fake_file *open_files[MAX_FD];

void fake_reset(void)
{
	fake = (struct fake_kernel){
		.script = {
			.mode = S_IFREG | 0644,
			.mtime = { 1000, 1 },
			.ctime = { 1000, 2 },
			.data = "print(1)\n",
			.len = strlen("print(1)\n"),
		},
		.config = {
			.mode = S_IFREG | 0755,
			.open = -ENOENT,
		},
		.exec_check_of_nothing = -EBADF,
	};
	fake_record = (struct fake_record){ 0 };
	memset(open_files, 0, sizeof(open_files));
	open_files[FAKE_SCRIPT_FD] = &fake.script;
}

bool fake_is_clean(void)
{
	return !fake_record.misused && fake_record.opened == fake_record.closed &&
	       fake_record.mapped == fake_record.unmapped && open_files[FAKE_SCRIPT_FD];
}

static struct fake_file *find(int fd)
{
	if (fd >= 0 && fd < MAX_FD && open_files[fd])
		return open_files[fd];
	fake_record.misused = true;
	return NULL;
}

int ipe_sys_open(int dirfd, const char *path, int flags)
{
	bool is_config = strcmp(path, FAKE_CONFIG_PATH) == 0;
	struct fake_file *file = is_config ? &fake.config : &fake.script;
	int fd = fake.open_gets_zero ? 0 : is_config ? CONFIG_FD : SCRIPT_OWN_FD;

	if (dirfd != AT_FDCWD || (!is_config && strcmp(path, FAKE_SCRIPT_PATH) != 0))
		fake_record.misused = true;
	fake_record.open_flags = flags;
	if (file->open < 0)
		return file->open;
	fake_record.opened++;
	open_files[fd] = file;
	return fd;
}

int ipe_sys_close(int fd)
{
	if (find(fd) && fd != FAKE_SCRIPT_FD)
		open_files[fd] = NULL;
	else
		fake_record.misused = true;
	fake_record.closed++;
	return fake.close;
}

int ipe_sys_fstat(int fd, struct stat *ret_st)
{
	const struct fake_file *file = fd < 0 ? NULL : find(fd);

	memset(ret_st, 0, sizeof(*ret_st));
	if (!file)
		return -EBADF;
	ret_st->st_mode = file->mode;
	ret_st->st_nlink = file->is_unnamed ? 0 : 1;
	ret_st->st_size = (off_t)file->len;
	ret_st->st_mtim = file->mtime;
	ret_st->st_ctim = file->ctime;
	return file->fstat;
}

int ipe_sys_open_flags(int fd)
{
	const struct fake_file *file = fd < 0 ? NULL : find(fd);

	fake_record.flag_queries++;
	return file ? file->flags : -EBADF;
}

int ipe_sys_mount_is_noexec(int fd, bool *ret_noexec)
{
	const struct fake_file *file = find(fd);

	/* A failing call may leave anything behind. */
	*ret_noexec = !file || file->statvfs < 0 || file->noexec;
	return file ? file->statvfs : -EBADF;
}

int ipe_sys_is_overlay(int fd, bool *ret_overlay)
{
	const struct fake_file *file = find(fd);

	*ret_overlay = file && file->statfs == 0 && file->overlay;
	return file ? file->statfs : -EBADF;
}

ssize_t ipe_sys_pread(int fd, void *buf, size_t len, off_t offset)
{
	struct fake_file *file = find(fd);
	size_t at = (size_t)offset;
	int error;

	if (!file)
		return -EBADF;
	if (file->interrupted_reads > 0) {
		file->interrupted_reads--;
		return -EINTR;
	}
	if (file->read < 0 && fake_record.reads >= file->good_reads) {
		error = file->read;
		if (file->read_fails_once)
			file->read = 0;
		return error;
	}
	fake_record.reads++;
	len = at >= file->len ? 0 : len < file->len - at ? len : file->len - at;
	if (file->longest_read && len > file->longest_read)
		len = file->longest_read;
	if (len)
		memcpy(buf, file->data + at, len);
	if (file->after_read)
		file->after_read(file);
	return (ssize_t)len;
}

int ipe_sys_securebits(void)
{
	return fake.securebits;
}

int ipe_sys_map_executable(int fd, void **ret_address)
{
	struct fake_file *file = fd == -1 ? NULL : find(fd);
	int error = file ? file->map : fake.map_anonymous;

	if (error < 0)
		return error;
	if (fake.map_at_null)
		return 0;
	*ret_address = ADDRESS;
	fake_record.mapped++;
	return 0;
}

int ipe_sys_unmap(void *address)
{
	if (address != ADDRESS || fake_record.mapped == fake_record.unmapped)
		fake_record.misused = true;
	fake_record.unmapped++;
	return fake.unmap;
}

int ipe_sys_exec_check(int fd)
{
	const struct fake_file *file;

	if (fd == -1)
		return fake.exec_check_of_nothing;
	fake_record.exec_checks++;
	file = find(fd);
	return file ? file->exec : -EBADF;
}
