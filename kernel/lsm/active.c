// SPDX-License-Identifier: GPL-2.0-only
/* Which of the loaded policies is active. Decisions read it under RCU; whoever changes it locks. */
#include "ipe.h"

struct ipe_loaded __rcu *ipe_active;
/* For whoever changes what is active, or admits a version. */
DEFINE_MUTEX(ipe_policies_lock);

static struct ipe_loaded *get_active(void)
{
	return rcu_dereference_protected(ipe_active, lockdep_is_held(&ipe_policies_lock));
}

bool ipe_is_active(const struct ipe_loaded *loaded)
{
	return rcu_access_pointer(ipe_active) == loaded;
}

bool ipe_active_wants(unsigned int op, enum ipe_flag flag)
{
	const struct ipe_loaded *active;
	bool wants;

	rcu_read_lock();
	active = rcu_dereference(ipe_active);
	wants = active && active->wanted[op].flags & 1U << flag;
	rcu_read_unlock();
	return wants;
}

int ipe_activate(struct ipe_loaded *loaded)
{
	struct ipe_loaded *before;
	int error = 0;

	mutex_lock(&ipe_policies_lock);
	before = get_active();
	if (before && before->version > loaded->version) {
		error = -EINVAL;
	} else if (before != loaded) {
		rcu_assign_pointer(ipe_active, loaded);
		ipe_audit_activation(before, loaded);
	}
	mutex_unlock(&ipe_policies_lock);
	return error;
}

int ipe_replace(struct inode *dir, struct ipe_loaded *loaded)
{
	struct ipe_loaded *before = dir->i_private;
	int error;

	if (!before)
		return -ENOENT;
	if (strcmp(loaded->name, before->name))
		return -EINVAL;
	if (loaded->version <= before->version)
		return -ESTALE;
	error = ipe_admit_version(loaded->name, loaded->version);
	if (error)
		return error;

	dir->i_private = loaded;
	swap(loaded->dir, before->dir);
	ipe_audit_load(loaded);
	mutex_lock(&ipe_policies_lock);
	if (get_active() == before) {
		rcu_assign_pointer(ipe_active, loaded);
		ipe_audit_activation(before, loaded);
	}
	mutex_unlock(&ipe_policies_lock);
	synchronize_rcu();
	ipe_unload(before);
	return 0;
}
