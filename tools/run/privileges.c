/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The capabilities of one thread, which libraries would set for all of the process. */
#include <linux/capability.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "supervisor.h"

const uint64_t looking_capabilities =
	UINT64_C(1) << CAP_SYS_PTRACE | UINT64_C(1) << CAP_DAC_READ_SEARCH;

static uint64_t join(uint32_t low, uint32_t high)
{
	return low | (uint64_t)high << 32;
}

bool get_capabilities(struct capabilities *ret)
{
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct data[2] = { 0 };

	if (syscall(SYS_capget, &header, data) < 0)
		return false;
	ret->permitted = join(data[0].permitted, data[1].permitted);
	ret->effective = join(data[0].effective, data[1].effective);
	ret->inheritable = join(data[0].inheritable, data[1].inheritable);
	return true;
}

bool set_capabilities(const struct capabilities *sets)
{
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct data[2] = { 0 };

	for (int i = 0; i < 2; i++) {
		data[i].permitted = (uint32_t)(sets->permitted >> 32 * i);
		data[i].effective = (uint32_t)(sets->effective >> 32 * i);
		data[i].inheritable = (uint32_t)(sets->inheritable >> 32 * i);
	}
	return syscall(SYS_capset, &header, data) == 0;
}

void begin_looking(struct capabilities *before)
{
	struct capabilities raised;

	if (!get_capabilities(before))
		*before = (struct capabilities){ 0 };
	raised = *before;
	raised.effective |= raised.permitted & looking_capabilities;
	set_capabilities(&raised);
}

void end_looking(const struct capabilities *before)
{
	/* With more than the thread has that asks, nothing may be opened for it. */
	if (!set_capabilities(before))
		_exit(1);
}
