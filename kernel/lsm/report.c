// SPDX-License-Identifier: GPL-2.0-only
/* How the last attempt to load a policy ended, for whoever wrote the policy. */
#include <linux/kernel.h>
#include <linux/spinlock.h>

#include "ipe.h"

static DEFINE_SPINLOCK(last_lock);
static struct ipe_report last;
static bool any;

static const char *message_for(int error)
{
	switch (error) {
	case 0:
		return "loaded";
	case -EPERM:
		return "loading a policy takes CAP_MAC_ADMIN in the initial user namespace";
	case -EBADMSG:
		return "neither PKCS#7 with a policy inside nor a policy with a signature behind";
	case -EMSGSIZE:
		return "PKCS#7 with a policy inside ends at 65535 bytes; append the signature";
	case -ENOKEY:
		return "the key of the signer is in none of the keyrings that are trusted here";
	case -EKEYREJECTED:
		return "the signature is not one of this text, or its key must not be used";
	case -EEXIST:
		return "this name is taken; write a newer version to the policy's update file";
	case -ESTALE:
		return "this version is not newer than what was loaded under its name";
	case -EINVAL:
		return "an update must have the name of the policy that it replaces";
	case -ENOENT:
		return "the policy to be updated has been deleted";
	case -EACCES:
	case -ENAMETOOLONG:
		return "the policy's name cannot be the name of a directory";
	case -ENOSPC:
		return "too many names of policies have been used since the last boot";
	case -ENOMEM:
		return "there is not enough memory";
	default:
		return "the policy was not loaded";
	}
}

void ipe_report_end(struct ipe_report *report, int error)
{
	report->error = error;
	if (!report->message)
		report->message = message_for(error);
	spin_lock(&last_lock);
	last = *report;
	any = true;
	spin_unlock(&last_lock);
}

size_t ipe_report_print(char *buf, size_t size)
{
	struct ipe_report report;
	bool given;

	spin_lock(&last_lock);
	report = last;
	given = any;
	spin_unlock(&last_lock);
	if (!given)
		return 0;
	return scnprintf(buf, size, "errno=%d\nline=%u\ncolumn=%u\nmessage=%s\n", report.error,
			 report.line, report.column, report.message);
}
