/* SPDX-License-Identifier: GPL-2.0-only */
#include <linux/init.h>
#include <linux/linkage.h>

	__INITRODATA

SYM_DATA_START(ipe_boot_policy)
#ifdef IPE_BOOT_POLICY
	.incbin IPE_BOOT_POLICY
#endif
SYM_DATA_END_LABEL(ipe_boot_policy, SYM_L_GLOBAL, ipe_boot_policy_end)
