/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "program.h"

#include <fcntl.h>
#include <link.h>
#include <stdbool.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "../libipe-enlighten/raw.h"
#include "words.h"

static bool is_loader(const char *path)
{
	const char *name = ipe_last_part(path);

	return strncmp(name, "ld-", 3) == 0 || strncmp(name, "ld.so", 5) == 0 ||
	       strncmp(name, "ld64.so", 7) == 0;
}

static unsigned long hexadecimal(const char **text)
{
	unsigned long value = 0;

	for (;; (*text)++) {
		char c = **text;

		if (c >= '0' && c <= '9')
			value = value * 16 + (unsigned long)(c - '0');
		else if (c >= 'a' && c <= 'f')
			value = value * 16 + (unsigned long)(c - 'a' + 10);
		else
			return value;
	}
}

/* The path in a line of /proc/self/maps, if the line is for @address. */
static const char *path_of_line(const char *line, unsigned long address)
{
	unsigned long start = hexadecimal(&line);
	unsigned long end;

	if (*line++ != '-')
		return NULL;
	end = hexadecimal(&line);
	return address >= start && address < end ? strchr(line, '/') : NULL;
}

static bool next_line(int fd, char *line, size_t size)
{
	size_t len = 0;
	char c;

	while (ipe_raw(SYS_read, fd, (long)&c, 1, 0, 0, 0) == 1 && c != '\n')
		if (len < size - 1)
			line[len++] = c;
	line[len] = '\0';
	return len > 0;
}

static void path_of_mapping(unsigned long address, char *buf, size_t size)
{
	int fd = (int)ipe_raw(SYS_openat, AT_FDCWD, (long)"/proc/self/maps", O_RDONLY | O_CLOEXEC,
			      0, 0, 0);
	const char *path;

	*buf = '\0';
	if (fd < 0)
		return;
	while (next_line(fd, buf, size)) {
		path = path_of_line(buf, address);
		if (path) {
			memmove(buf, path, strlen(path) + 1);
			break;
		}
		*buf = '\0';
	}
	ipe_raw(SYS_close, fd, 0, 0, 0, 0, 0);
}

/* Each mount has a root; a single file is one where it is mounted under a name of its own. */
static bool is_mounted_alone(const char *path)
{
	struct statx st = { 0 };

	return ipe_raw(SYS_statx, AT_FDCWD, (long)path, 0, STATX_TYPE, (long)&st, 0) < 0 ||
	       st.stx_attributes & STATX_ATTR_MOUNT_ROOT;
}

bool ipe_program_path(char *buf, size_t size)
{
	static const char link[] = "/proc/self/exe";
	long len = ipe_raw(SYS_readlinkat, AT_FDCWD, (long)link, (long)buf, (long)size - 1, 0, 0);
	const char *file = link;

	buf[len > 0 ? len : 0] = '\0';
	if (is_loader(buf)) {
		path_of_mapping(getauxval(AT_ENTRY), buf, size);
		file = buf;
	}
	return *buf && !is_mounted_alone(file);
}

struct wanted {
	const char *text;
	bool found;
};

/* The first one is the program. */
static int look_into_program(struct dl_phdr_info *program, size_t size, void *data)
{
	struct wanted *wanted = data;

	(void)size;
	for (size_t i = 0; i < program->dlpi_phnum && !wanted->found; i++) {
		const ElfW(Phdr) *segment = &program->dlpi_phdr[i];
		const char *start = (const char *)(program->dlpi_addr + segment->p_vaddr);

		if (segment->p_type == PT_LOAD && (segment->p_flags & (PF_R | PF_W)) == PF_R)
			wanted->found = memmem(start, segment->p_filesz, wanted->text,
					       strlen(wanted->text)) != NULL;
	}
	return 1;
}

bool ipe_program_has(const char *text)
{
	struct wanted wanted = { .text = text };

	dl_iterate_phdr(look_into_program, &wanted);
	return wanted.found;
}
