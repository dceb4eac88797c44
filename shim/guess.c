/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Code or data: what is known for certain first, names and first bytes last. */
#include <linux/magic.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/uio.h>

#include "../libipe-enlighten/raw.h"
#include "again.h"
#include "embedded.h"
#include "shim.h"
#include "sites.h"
#include "words.h"

#define BY_SUFFIX "its suffix is one of code"

struct ipe_shim ipe_shim = { .rules = &ipe_unknown_rules };

/* By those of the interpreter that asks. */
bool ipe_shim_has_own_suffix(const char *path)
{
	const char *dot = strrchr(path, '.');

	return dot && ipe_has_word(ipe_shim.rules->suffixes, dot);
}

static enum ipe_class guess_by_suffix(const char *path)
{
	return ipe_shim_has_own_suffix(path) ? IPE_CLASS_CODE : IPE_CLASS_DATA;
}

static enum ipe_class ask_hosts(const struct ipe_open *open)
{
	enum ipe_class answer = IPE_CLASS_UNTOLD;

	for (size_t i = 0; i < ipe_shim.host_count && answer != IPE_CLASS_CODE; i++) {
		const struct ipe_host *host = ipe_shim.hosts[i].host;
		enum ipe_class class = IPE_CLASS_UNTOLD;

		if (!ipe_is_in(&ipe_shim.hosts[i].object, open->caller))
			continue;
		if (host->classify)
			class = host->classify(open);
		if (class == IPE_CLASS_UNTOLD)
			class = guess_by_suffix(open->path ? open->path : "");
		if (class != IPE_CLASS_UNTOLD)
			answer = class;
	}
	return answer;
}

static bool is_named(const char *path, size_t len)
{
	const struct ipe_names *files = &ipe_shim.sources.files;
	const char *name;

	if (!ipe_names_may_have(files, path, len))
		return false;
	name = ipe_last_part(path);
	return ipe_names_has(files, name, len - (size_t)(name - path));
}

static bool has_code_suffix(const char *path, size_t len)
{
	const char *dot;

	if (ipe_shim.ready && !ipe_names_may_have(&ipe_shim.suffixes, path, len))
		return false;
	dot = strrchr(path, '.');
	if (!dot || strchr(dot, '/'))
		return false;
	if (!ipe_shim.ready)
		return ipe_has_word(ipe_unknown_rules.suffixes, dot);
	return ipe_names_has(&ipe_shim.suffixes, dot, strlen(dot));
}

/* Not of a device, nor of what the kernel makes up as it is read: a read of those does something. */
static long read_regular(int fd, char *head, size_t size)
{
	struct stat st = { 0 };

	if (ipe_raw(SYS_fstat, fd, (long)&st, 0, 0, 0, 0) < 0 || !S_ISREG(st.st_mode) ||
	    st.st_size < (off_t)size)
		return 0;
	return ipe_raw(SYS_pread64, fd, (long)head, (long)size, 0, 0, 0);
}

/*
 * One system call does where the page is in memory: the kernel reads without waiting from files of file
 * systems that can, and from devices that lose nothing by it. All others it answers with an error.
 */
static bool has_hash_bang(int fd)
{
	char head[2];
	struct iovec room = { head, sizeof(head) };
	long len = ipe_raw(SYS_preadv2, fd, (long)&room, 1, 0, 0, RWF_NOWAIT);

	if (len != 0 && len != sizeof(head))
		len = read_regular(fd, head, sizeof(head));
	return len == sizeof(head) && head[0] == '#' && head[1] == '!';
}

/*
 * Why what is opened by a library that interprets nothing, or by a program of which nothing is known: code
 * that it passes on to an interpreter is judged there, but it may be one that nobody knows. NULL if it does
 * not look like code.
 */
static const char *looks_like_code(int fd, const struct ipe_open *open, const char *path,
				   size_t len)
{
	if (has_code_suffix(path, len))
		return BY_SUFFIX;
	if (has_hash_bang(fd))
		return "it starts with #!";
	return ipe_is_in_embedded_interpreter(open->caller) ? "" : NULL;
}

/* @why, had the configuration not another word for programs that nobody knows. */
static const char *unless_unknown(const struct ipe_open *open, const char *why)
{
	if (!why || !ipe_shim.unknown_is_data || ipe_is_in_embedded_interpreter(open->caller))
		return why;
	ipe_shim_report_unknown();
	return NULL;
}

static const char *by_name(const struct ipe_open *open)
{
	const bool is_unknown = ipe_shim.rules == &ipe_unknown_rules;

	return unless_unknown(
		open,
		is_unknown
			? "nothing is known of the program (see unknown in ipe-enlighten.conf(5))"
			: "");
}

/* The kernel's own file, and not what was mounted over it. */
static bool is_harmless(int fd, const char *path)
{
	struct statfs fs;

	return ipe_has_word(ipe_shim.rules->harmless, path) &&
	       ipe_raw(SYS_fstatfs, fd, (long)&fs, 0, 0, 0, 0) == 0 &&
	       fs.f_type == PROC_SUPER_MAGIC;
}

static bool is_only_parsed(const struct ipe_open *open, const char *path)
{
	const char *const *paths = ipe_shim.only_parsed;

	if (strcmp(path, paths[0]) != 0 && (!paths[1] || strcmp(path, paths[1]) != 0))
		return false;
	for (size_t i = 0; i < ipe_shim.host_count; i++) {
		const struct ipe_host *host = ipe_shim.hosts[i].host;

		if (host->parses && !host->parses(open))
			return false;
	}
	return true;
}

const char *ipe_shim_why_code(int fd, const struct ipe_open *open)
{
	const char *path = open->path ? open->path : "";
	size_t len = strlen(path);
	enum ipe_class class;

	if (ipe_shim.only_parsed[0] && is_only_parsed(open, path))
		return NULL;
	if (ipe_shim.rules->harmless && is_harmless(fd, path) && !is_named(path, len))
		return NULL;
	if (ipe_shim.sources.any_file)
		return "";
	if (is_named(path, len))
		return by_name(open);
	class = ipe_sites_classify(open);
	if (class == IPE_CLASS_UNTOLD)
		class = ask_hosts(open);
	if (class == IPE_CLASS_DATA && ipe_shim.rules->traits & IPE_READS_TWICE)
		return ipe_again_has(path) ? "" : NULL;
	if (class != IPE_CLASS_UNTOLD)
		return class == IPE_CLASS_CODE ? "" : NULL;
	if (ipe_shim.rules->traits & (IPE_NO_INTERPRETER | IPE_INCLUDES_NOTHING))
		return NULL;
	if (ipe_shim.rules->traits & IPE_INCLUDES_OWN_SUFFIXES)
		return ipe_shim_has_own_suffix(path) || ipe_again_has(path) ? BY_SUFFIX : NULL;
	return unless_unknown(open, looks_like_code(fd, open, path, len));
}
