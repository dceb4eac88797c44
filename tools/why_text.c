/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <libmount.h>
#include <stdio.h>
#include <string.h>

#include "output.h"
#include "why.h"

static void label(const char *name)
{
	printf("  %-12s", name);
}

static void print_verdict(const struct why *why)
{
	fputs(why->check.verdict == IPE_ALLOW ? "allow  " : "deny   ", stdout);
	print_name(why->path);
	if (why->check.verdict != IPE_ALLOW)
		printf(": %s", ipe_reason_name(why->check.reason));
	putchar('\n');
}

static void print_file(const struct stat *st)
{
	label("file");
	printf("%s, mode %04o, uid %u, gid %u, %lld bytes\n", file_type_name(st->st_mode),
	       st->st_mode & 07777u, st->st_uid, st->st_gid, (long long)st->st_size);
}

static void print_answer(int answer)
{
	if (answer == IPE_PASSED)
		fputs("passed", stdout);
	else if (answer == 0)
		fputs("not asked", stdout);
	else
		printf("refused, %s (%s)", error_name(-answer), strerror(-answer));
}

static void print_probes(const struct why *why)
{
	label("mmap probe");
	print_answer(why->mmap_answer);
	fputs("; always counts\n", stdout);
	label("exec probe");
	if (!why->restrictions.exec_check_known)
		fputs("this kernel has no AT_EXECVE_CHECK", stdout);
	else
		print_answer(why->exec_answer);
	fputs(why->restrictions.restrict_file ? "; counts\n"
					      : "; does not count, for SECBIT_EXEC_RESTRICT_FILE "
						"is not set\n",
	      stdout);
}

static void print_mount(const struct mount_facts *mount)
{
	label("mount");
	if (!mount->fs) {
		printf("cannot be told: %s%s\n", strerror(-mount->error),
		       mount->noexec ? "; it is noexec" : "");
		return;
	}
	print_name(mnt_fs_get_target(mount->fs));
	fputs(", ", stdout);
	print_name(mnt_fs_get_fstype(mount->fs));
	fputs(" from ", stdout);
	print_name(mnt_fs_get_source(mount->fs));
	fputs(", ", stdout);
	print_name(mnt_fs_get_vfs_options(mount->fs));
	putchar('\n');
}

static void print_overlay(const struct overlay_facts *overlay)
{
	label("overlay");
	switch (overlay->layer) {
	case OVERLAY_NONE:
		fputs("no\n", stdout);
		return;
	case OVERLAY_LOWER:
	case OVERLAY_UPPER:
		printf("%s file ", overlay_layer_name(overlay->layer));
		print_name(overlay->real);
		putchar('\n');
		return;
	case OVERLAY_UNTOLD:
	default:
		fputs("yes; which file is below cannot be told from here\n", stdout);
	}
}

static void print_fsverity_error(int error)
{
	switch (-error) {
	case ENODATA:
		fputs("no\n", stdout);
		return;
	case ENOTTY:
		fputs("no, and its file system knows none\n", stdout);
		return;
	case EOPNOTSUPP:
		fputs("no, and the file system or the kernel has it switched off\n", stdout);
		return;
	case ENOLINK:
		fputs("cannot be told through the overlay\n", stdout);
		return;
	default:
		printf("cannot be told: %s\n", strerror(-error));
	}
}

static void print_fsverity(const struct fsverity_facts *verity)
{
	char hex[2 * sizeof(verity->digest) + 1];

	label("fs-verity");
	if (verity->error < 0) {
		print_fsverity_error(verity->error);
		return;
	}
	format_hex(hex, verity->digest, verity->digest_size);
	printf("digest %s:%s, ", verity->algorithm ? verity->algorithm : "unknown", hex);
	if (verity->signature_error == 0)
		fputs("built-in signature\n", stdout);
	else if (verity->signature_error == -ENODATA)
		fputs("no built-in signature\n", stdout);
	else
		printf("built-in signature cannot be told: %s\n",
		       strerror(-verity->signature_error));
}

static void print_dm_untold(const struct dm_facts *dm)
{
	switch (-dm->error) {
	case ENOLINK:
		fputs("cannot be told through the overlay\n", stdout);
		return;
	case EACCES:
	case EPERM:
		fputs("cannot be told: reading the device's table needs root\n", stdout);
		return;
	default:
		printf("cannot be told: %s\n", strerror(-dm->error));
	}
}

static void print_dm(const struct dm_facts *dm)
{
	label("dm-verity");
	if (dm->kind == DM_NONE) {
		fputs("no\n", stdout);
		return;
	}
	if (dm->name) {
		printf("device %u:%u ", dm->major, dm->minor);
		print_name(dm->name);
		fputs(", ", stdout);
	}
	if (dm->kind == DM_VERITY)
		printf("root hash %s:%s, %s\n", dm->algorithm, dm->root_hash,
		       dm->signature ? "signed" : "not signed");
	else if (dm->kind == DM_OTHER)
		fputs("no: another target of device-mapper\n", stdout);
	else
		print_dm_untold(dm);
}

static void print_list(const char *name, const struct list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		label(i == 0 ? name : "");
		print_name(list->item[i]);
		putchar('\n');
	}
}

void print_why_text(const struct why *why)
{
	print_verdict(why);
	print_file(&why->st);
	print_probes(why);
	print_mount(&why->mount);
	print_overlay(&why->overlay);
	print_fsverity(&why->fsverity);
	print_dm(&why->dm);
	print_list("refused by", &why->refused_by);
	print_list("IPE rule", &why->rules);
	print_list(why->check.verdict == IPE_ALLOW ? "note" : "to pass", &why->remedies);
}
