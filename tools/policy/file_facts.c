/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <libmount.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "digest_text.h"
#include "file_facts.h"
#include "output.h"
#include "vocabulary.h"

#define SEALED (F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)

static void set_flag(struct file_facts *facts, enum ipe_flag flag, bool value, const char *reason)
{
	ipe_facts_set_flag(&facts->facts, flag, value);
	facts->flag_reason[flag] = reason;
}

static void set_place(struct file_facts *facts)
{
	const struct mount_facts *mount = facts->why.overlay.layer == OVERLAY_NONE
						  ? &facts->why.mount
						  : &facts->why.real_mount;
	const char *fstype = mount->fs ? mnt_fs_get_fstype(mount->fs) : NULL;

	if (!fstype)
		facts->flag_reason[IPE_FLAG_BOOT_VERIFIED] = "its mount cannot be told";
	else if (strcmp(fstype, "rootfs") == 0)
		set_flag(facts, IPE_FLAG_BOOT_VERIFIED, true, "it lies in the initramfs");
	else
		set_flag(facts, IPE_FLAG_BOOT_VERIFIED, false, "it does not lie in the initramfs");
}

static void set_fsverity(struct file_facts *facts)
{
	const struct fsverity_facts *verity = &facts->why.fsverity;
	struct ipe_digest digest = { .bytes = verity->digest, .len = verity->digest_size };

	facts->flag_reason[IPE_FLAG_FSVERITY_SIGNATURE] = "fs-verity's answer cannot be told";
	facts->digest_reason[IPE_DIGEST_FSVERITY_DIGEST] = "fs-verity's answer cannot be told";
	switch (-verity->error) {
	case ENODATA:
	case ENOTTY:
	case EOPNOTSUPP:
		set_flag(facts, IPE_FLAG_FSVERITY_SIGNATURE, false, "the file has no fs-verity");
		ipe_facts_set_digest(&facts->facts, IPE_DIGEST_FSVERITY_DIGEST, NULL);
		facts->digest_reason[IPE_DIGEST_FSVERITY_DIGEST] = "the file has no fs-verity";
		return;
	case 0:
		break;
	default:
		return;
	}
	if (verity->signature_error == 0)
		set_flag(facts, IPE_FLAG_FSVERITY_SIGNATURE, true, "it has a built-in signature");
	else if (verity->signature_error == -ENODATA)
		set_flag(facts, IPE_FLAG_FSVERITY_SIGNATURE, false, "it has no built-in signature");
	if (!verity->algorithm)
		return;
	digest.algorithm = (struct ipe_span){ verity->algorithm, strlen(verity->algorithm) };
	ipe_facts_set_digest(&facts->facts, IPE_DIGEST_FSVERITY_DIGEST, &digest);
	facts->digest_reason[IPE_DIGEST_FSVERITY_DIGEST] = NULL;
}

static void set_root_hash(struct file_facts *facts)
{
	const struct dm_facts *dm = &facts->why.dm;
	struct ipe_digest digest = { .algorithm = { dm->algorithm, strlen(dm->algorithm) } };

	facts->root_hash = parse_hex((struct ipe_span){ dm->root_hash, strlen(dm->root_hash) });
	if (!facts->root_hash)
		return;
	digest.bytes = facts->root_hash;
	digest.len = strlen(dm->root_hash) / 2;
	ipe_facts_set_digest(&facts->facts, IPE_DIGEST_DMVERITY_ROOTHASH, &digest);
}

static void set_dmverity(struct file_facts *facts)
{
	const char **hash_reason = &facts->digest_reason[IPE_DIGEST_DMVERITY_ROOTHASH];

	switch (facts->why.dm.kind) {
	case DM_NONE:
	case DM_OTHER:
		*hash_reason = "the volume has no dm-verity";
		set_flag(facts, IPE_FLAG_DMVERITY_SIGNATURE, false, *hash_reason);
		ipe_facts_set_digest(&facts->facts, IPE_DIGEST_DMVERITY_ROOTHASH, NULL);
		return;
	case DM_VERITY:
		if (facts->why.dm.signature)
			set_flag(facts, IPE_FLAG_DMVERITY_SIGNATURE, true,
				 "the volume's root hash is signed");
		else
			set_flag(facts, IPE_FLAG_DMVERITY_SIGNATURE, false,
				 "the volume's root hash is not signed");
		set_root_hash(facts);
		return;
	case DM_UNTOLD:
	default:
		*hash_reason =
			facts->why.overlay.layer == OVERLAY_UNTOLD
				? "it cannot be told through the overlay; ask about the file "
				  "in the overlay's layer"
				: "the volume's table cannot be read; run ipectl as root";
		facts->flag_reason[IPE_FLAG_DMVERITY_SIGNATURE] = *hash_reason;
	}
}

/* Only a memfd can have got these: other files in a tmpfs have F_SEAL_SEAL from the start. */
static void set_seals(struct file_facts *facts, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	int seals = fd < 0 ? -1 : fcntl(fd, F_GET_SEALS);
	bool sealed = seals >= 0 && (seals & SEALED) == SEALED;

	if (fd >= 0 && (seals >= 0 || errno == EINVAL))
		set_flag(facts, IPE_FLAG_MEMFD_SEALED, sealed,
			 sealed ? NULL : "it is no memfd whose content is sealed");
	else
		facts->flag_reason[IPE_FLAG_MEMFD_SEALED] = "its seals cannot be read";
	if (fd >= 0)
		close(fd);
}

bool collect_file_facts(const char *path, struct file_facts *ret)
{
	*ret = (struct file_facts){ 0 };
	collect_why(path, &ret->why);
	if (!ret->why.found || !S_ISREG(ret->why.st.st_mode)) {
		fputs("ipectl: policy explain: cannot judge '", stderr);
		print_escaped(stderr, path, strlen(path));
		if (ret->why.found)
			fputs("': it is not a regular file; name one\n", stderr);
		else
			fprintf(stderr, "': %s; %s\n", strerror(-ret->why.error),
				error_advice(-ret->why.error));
		free_why(&ret->why);
		return false;
	}
	set_place(ret);
	set_fsverity(ret);
	set_dmverity(ret);
	set_seals(ret, path);
	set_flag(ret, IPE_FLAG_ANONYMOUS_MEMORY, false, "it is a file");
	return true;
}

void free_file_facts(struct file_facts *facts)
{
	free(facts->root_hash);
	free_why(&facts->why);
}
