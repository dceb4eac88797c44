/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "data.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "../../shim/words.h"

/* No suffix is here that a script may well be sourced by, as .conf, nor what is unpickled. */
static const char data_suffixes[] =
	".a .adoc .asc .avi .bmp .bz2 .c .cc .cer .cpp .crt .css .csv .cxx .deb .der .diff .docx .dtd "
	".eps .epub .flac .gif .gpg .gz .h .h5 .hdf5 .hpp .htm .html .ico .img .ini .iso .java .jpeg "
	".jpg .json .json5 .jsonl .key .less .lock .log .lz4 .md .mkv .mo .mp3 .mp4 .ndjson .npy .o "
	".odp .ods .odt .ogg .otf .parquet .patch .pdf .pem .pid .png .po .pot .pptx .properties "
	".proto .ps .pub .rpm .rs .rst .scss .sig .so .sql .sqlite .sqlite3 .srt .svg .tar .tex .text "
	".tgz .tif .tiff .toml .tsv .ttf .txt .txz .vtt .wav .webm .webp .woff .woff2 .xhtml .xlsx .xml "
	".xsd .xsl .xz .yaml .yml .zst";

/* What the C library and its like read, and folders of such, with a slash at their ends. */
static const char *const system_data[] = {
	"/etc/aliases",
	"/etc/ca-certificates/",
	"/etc/gai.conf",
	"/etc/group",
	"/etc/host.conf",
	"/etc/hostname",
	"/etc/hosts",
	"/etc/ld.so.cache",
	"/etc/ld.so.preload",
	"/etc/locale.alias",
	"/etc/localtime",
	"/etc/login.defs",
	"/etc/machine-id",
	"/etc/mailcap",
	"/etc/mime.types",
	"/etc/mtab",
	"/etc/networks",
	"/etc/nsswitch.conf",
	"/etc/os-release",
	"/etc/passwd",
	"/etc/protocols",
	"/etc/resolv.conf",
	"/etc/services",
	"/etc/shells",
	"/etc/ssl/",
	"/etc/terminfo/",
	"/etc/timezone",
	"/lib/terminfo/",
	"/run/utmp",
	"/usr/lib/locale/",
	"/usr/lib/ssl/",
	"/usr/lib/terminfo/",
	"/usr/share/ca-certificates/",
	"/usr/share/i18n/",
	"/usr/share/icu/",
	"/usr/share/locale/",
	"/usr/share/mime/",
	"/usr/share/terminfo/",
	"/usr/share/zoneinfo/",
	"/var/run/utmp",
};

/* File systems whose files the kernel makes. */
static bool is_of_kernel(int fd)
{
	struct statfs fs;

	if (fstatfs(fd, &fs) < 0)
		return false;
	switch ((unsigned long)fs.f_type) {
	case PROC_SUPER_MAGIC:
	case SYSFS_MAGIC:
	case CGROUP_SUPER_MAGIC:
	case CGROUP2_SUPER_MAGIC:
	case SECURITYFS_MAGIC:
	case SELINUX_MAGIC:
	case DEBUGFS_MAGIC:
	case TRACEFS_MAGIC:
	case BPF_FS_MAGIC:
		return true;
	default:
		return false;
	}
}

static bool is_system_data(const char *path)
{
	for (size_t i = 0; i < sizeof(system_data) / sizeof(system_data[0]); i++) {
		const char *known = system_data[i];
		size_t len = strlen(known);

		if (known[len - 1] == '/' ? strncmp(path, known, len) == 0 && !strstr(path, "/../")
					  : strcmp(path, known) == 0)
			return true;
	}
	return false;
}

static bool has_data_suffix(const struct code_sources *code, const char *path)
{
	const char *dot = strrchr(ipe_last_part(path), '.');

	if (!dot || !ipe_has_word(data_suffixes, dot))
		return false;
	/* php.ini says what is run before each script. */
	return strcmp(dot, ".ini") != 0 || !is_interpreter(code, "php");
}

/* Some shells put a here-document into a file and open it again. */
static bool is_here_document(const struct code_sources *code, const char *path)
{
	const char *name = ipe_last_part(path);

	return (is_interpreter(code, "bash") && strncmp(name, "sh-thd", 6) == 0) ||
	       (is_interpreter(code, "zsh") && strncmp(name, "zsh", 3) == 0);
}

bool is_called_as_data(const struct request *request, const struct code_sources *code)
{
	struct stat st;

	if (fstat(request->fd, &st) < 0)
		return false;
	return !S_ISREG(st.st_mode) || is_of_kernel(request->fd) || is_system_data(request->path) ||
	       has_data_suffix(code, request->path) || is_here_document(code, request->path);
}

/* perl -ne and the like, which read their operands line by line. */
static bool is_loop(const struct words *arguments)
{
	for (int i = 1; i < arguments->count && arguments->list[i][0] == '-'; i++) {
		const char *letters = arguments->list[i] + 1;

		letters += strcspn(letters, "npeEiIMmFDxdCK");
		if (*letters == 'n' || *letters == 'p')
			return true;
	}
	return false;
}

static bool has_data_operands(const struct code_sources *code, const struct words *arguments)
{
	return is_interpreter(code, "gawk") ||
	       ((is_interpreter(code, "perl") || is_interpreter(code, "ruby")) &&
		is_loop(arguments));
}

/* They include nothing: what is code is named in their arguments. */
static bool names_all_code(const struct code_sources *code)
{
	static const char *const names[] = { "sed", "mawk", "original-awk", "busybox-sed",
					     "busybox-awk" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (is_interpreter(code, names[i]))
			return true;
	return false;
}

static bool is_operand(const struct request *request, const struct words *arguments)
{
	for (int i = 1; i < arguments->count; i++)
		if (strcmp(arguments->list[i], request->path) == 0)
			return true;
	return false;
}

bool is_changed_or_operand(const struct request *request, const struct code_sources *code,
			   const struct words *arguments)
{
	const uint64_t changes = O_CREAT | O_TRUNC | O_APPEND;

	return (request->how.flags & O_ACCMODE) == O_RDWR || (request->how.flags & changes) ||
	       names_all_code(code) ||
	       (has_data_operands(code, arguments) && is_operand(request, arguments));
}

bool is_history(const struct request *request, const struct code_sources *code,
		const struct words *environment)
{
	static const char variable[] = "HISTFILE=";

	for (int i = 0; (code->rules->traits & IPE_SHELL) && i < environment->count; i++) {
		const char *value = environment->list[i];

		if (strncmp(value, variable, sizeof(variable) - 1) == 0 &&
		    strcmp(ipe_last_part(value), ipe_last_part(request->path)) == 0)
			return true;
	}
	return false;
}
