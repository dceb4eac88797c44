/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Code or data: what is known for certain first, names and first bytes last. */
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "../libipe-enlighten/raw.h"
#include "profile.h"
#include "shim.h"
#include "words.h"

struct ipe_shim ipe_shim = { .rules = &ipe_unknown_rules };

static enum ipe_class ask_hosts(const struct ipe_open *open)
{
	enum ipe_class answer = IPE_CLASS_UNTOLD;

	for (size_t i = 0; i < ipe_shim.host_count && answer != IPE_CLASS_CODE; i++) {
		const struct ipe_host *host = ipe_shim.hosts[i].host;
		enum ipe_class class = IPE_CLASS_UNTOLD;

		if (host->classify && ipe_is_in(&ipe_shim.hosts[i].object, open->caller))
			class = host->classify(open);
		if (class != IPE_CLASS_UNTOLD)
			answer = class;
	}
	return answer;
}

static bool has_code_suffix(const char *name)
{
	const char *dot = strrchr(name, '.');

	if (!dot)
		return false;
	if (!ipe_shim.ready)
		return ipe_has_word(ipe_unknown_rules.suffixes, dot);
	return ipe_names_has(&ipe_shim.suffixes, dot, strlen(dot));
}

/* Not of a device, nor of what the kernel makes up as it is read: a read of those does something. */
static bool has_hash_bang(int fd)
{
	struct stat st = { 0 };
	char head[2];

	if (ipe_raw(SYS_fstat, fd, (long)&st, 0, 0, 0, 0) < 0 || !S_ISREG(st.st_mode) ||
	    st.st_size < (off_t)sizeof(head))
		return false;
	return ipe_raw(SYS_pread64, fd, (long)head, sizeof(head), 0, 0, 0) == sizeof(head) &&
	       head[0] == '#' && head[1] == '!';
}

bool ipe_shim_is_code(int fd, const struct ipe_open *open)
{
	const char *name = ipe_last_part(open->path ? open->path : "");
	enum ipe_class class;

	if (ipe_shim.sources.any_file || ipe_names_has(&ipe_shim.sources.files, name, strlen(name)))
		return true;
	class = ask_hosts(open);
	if (class == IPE_CLASS_UNTOLD)
		class = ipe_profile_classify(open);
	if (class != IPE_CLASS_UNTOLD)
		return class == IPE_CLASS_CODE;
	if (ipe_shim.rules->traits & IPE_NO_INTERPRETER)
		return false;
	return has_code_suffix(name) || (ipe_shim.rules->traits & IPE_SNIFFS && has_hash_bang(fd));
}
