/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>

#include "internal.h"
#include "sys.h"

static void judge_by_setting(struct ipe_check *check, enum ipe_inline setting)
{
	switch (setting) {
	case IPE_INLINE_SECUREBITS:
		ipe_allow(check);
		return;
	case IPE_INLINE_ANONYMOUS:
		/* IPE judges memory without a file by its default for EXECUTE. */
		if (ipe_probe_mmap(-1, check))
			ipe_allow(check);
		return;
	case IPE_INLINE_DENY:
	default:
		ipe_refuse(check, IPE_REASON_INLINE);
	}
}

void ipe_judge_inline(struct ipe_check *check)
{
	struct ipe_config config;

	if (ipe_get_securebits().deny_interactive) {
		ipe_refuse(check, IPE_REASON_INTERACTIVE);
		return;
	}
	config = ipe_read_config(NULL);
	if (config.bad)
		ipe_refuse(check, IPE_REASON_BAD_CONFIGURATION);
	else
		judge_by_setting(check, config.inline_setting);
}

IPE_PUBLIC int ipe_check_inline(struct ipe_check *ret_check)
{
	if (!ret_check)
		return -EINVAL;
	*ret_check = (struct ipe_check){ 0 };
	ipe_judge_inline(ret_check);
	return 0;
}

IPE_PUBLIC void ipe_query_restrictions(struct ipe_restrictions *ret)
{
	struct ipe_securebits bits = ipe_get_securebits();
	struct ipe_config config = ipe_read_config(NULL);
	struct ipe_check anonymous = { 0 };

	*ret = (struct ipe_restrictions){
		.restrict_file = bits.restrict_file,
		.deny_interactive = bits.deny_interactive,
		.exec_check_known = ipe_exec_check_known(),
		.anonymous_allowed = ipe_probe_mmap(-1, &anonymous),
		.inline_setting = config.inline_setting,
		.bad_configuration = config.bad,
		.eval_is_inline = config.eval_is_inline,
	};
}
