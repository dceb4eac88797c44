/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <libmount.h>
#include <stdio.h>
#include <string.h>

#include "output.h"
#include "why.h"

static void put_error(json_t *object, int error)
{
	json_put_string(object, "error", error < 0 ? error_name(-error) : NULL);
}

static json_t *file_object(const struct why *why)
{
	json_t *object = json_object();
	char mode[8];

	snprintf(mode, sizeof(mode), "%04o", why->st.st_mode & 07777u);
	json_put_string(object, "type", file_type_name(why->st.st_mode));
	json_put_string(object, "mode", mode);
	json_put(object, "uid", json_integer(why->st.st_uid));
	json_put(object, "gid", json_integer(why->st.st_gid));
	json_put(object, "size", json_integer(why->st.st_size));
	json_put(object, "inode", json_integer((json_int_t)why->st.st_ino));
	return object;
}

static json_t *probe_object(int answer, bool known, bool obeyed)
{
	json_t *object = json_object();

	json_put_string(object, "answer", answer_name(answer));
	json_put(object, "known", json_boolean(known));
	json_put(object, "obeyed", json_boolean(obeyed));
	return object;
}

static json_t *probes_object(const struct why *why)
{
	const struct ipe_restrictions *restrictions = &why->restrictions;
	json_t *object = json_object();

	json_put(object, "mmap", probe_object(why->mmap_answer, true, true));
	json_put(object, "exec",
		 probe_object(why->exec_answer, restrictions->exec_check_known,
			      restrictions->restrict_file));
	return object;
}

static json_t *mount_object(const struct mount_facts *mount)
{
	json_t *object = json_object();

	put_error(object, mount->error);
	json_put(object, "noexec", json_boolean(mount->noexec));
	if (!mount->fs)
		return object;
	json_put(object, "id", json_integer(mnt_fs_get_id(mount->fs)));
	json_put_name(object, "target", mnt_fs_get_target(mount->fs));
	json_put_name(object, "source", mnt_fs_get_source(mount->fs));
	json_put_name(object, "fstype", mnt_fs_get_fstype(mount->fs));
	json_put_name(object, "options", mnt_fs_get_vfs_options(mount->fs));
	json_put_name(object, "fs_options", mnt_fs_get_fs_options(mount->fs));
	return object;
}

static json_t *overlay_object(const struct why *why)
{
	json_t *object = json_object();

	json_put_string(object, "layer", overlay_layer_name(why->overlay.layer));
	json_put_name(object, "real", why->overlay.real);
	return object;
}

/* null where it cannot be told. */
static json_t *fsverity_enabled(int error)
{
	switch (-error) {
	case 0:
		return json_true();
	case ENODATA:
	case ENOTTY:
	case EOPNOTSUPP:
		return json_false();
	default:
		return json_null();
	}
}

static json_t *fsverity_object(const struct fsverity_facts *verity)
{
	json_t *object = json_object();
	bool told = verity->signature_error == 0 || verity->signature_error == -ENODATA;

	put_error(object, verity->error);
	json_put(object, "enabled", fsverity_enabled(verity->error));
	if (verity->error < 0)
		return object;
	json_put_string(object, "algorithm", verity->algorithm);
	json_put_hex(object, "digest", verity->digest, verity->digest_size);
	json_put(object, "signature",
		 told ? json_boolean(verity->signature_error == 0) : json_null());
	return object;
}

static json_t *dm_object(const struct dm_facts *dm)
{
	static const char *const kinds[] = {
		[DM_NONE] = "none",
		[DM_UNTOLD] = "unknown",
		[DM_OTHER] = "other",
		[DM_VERITY] = "verity",
	};
	json_t *object = json_object();
	char device[32];

	snprintf(device, sizeof(device), "%u:%u", dm->major, dm->minor);
	put_error(object, dm->error);
	json_put_string(object, "target", kinds[dm->kind]);
	json_put_string(object, "device", device);
	json_put_name(object, "name", dm->name);
	if (dm->kind != DM_VERITY)
		return object;
	json_put_string(object, "algorithm", dm->algorithm);
	json_put_string(object, "root_hash", dm->root_hash);
	json_put(object, "signature", json_boolean(dm->signature));
	return object;
}

static json_t *list_array(const struct list *list)
{
	json_t *array = json_array();

	for (size_t i = 0; i < list->count; i++)
		json_add(array, json_string(list->item[i]));
	return array;
}

static void put_facts(json_t *object, const struct why *why)
{
	json_put(object, "file", file_object(why));
	json_put(object, "probes", probes_object(why));
	json_put(object, "mount", mount_object(&why->mount));
	json_put(object, "overlay", overlay_object(why));
	json_put(object, "fsverity", fsverity_object(&why->fsverity));
	json_put(object, "dm", dm_object(&why->dm));
	json_put(object, "refused_by", list_array(&why->refused_by));
	json_put(object, "rules", list_array(&why->rules));
	json_put(object, "remedies", list_array(&why->remedies));
}

void print_why_json(const struct why *why)
{
	json_t *object = json_object();

	json_put_name(object, "path", why->path);
	json_put_string(object, "verdict", why->check.verdict == IPE_ALLOW ? "allow" : "deny");
	json_put_string(object, "reason", ipe_reason_name(why->check.reason));
	put_error(object, why->error);
	if (why->found)
		put_facts(object, why);
	json_print(object);
	putchar('\n');
	json_decref(object);
}
