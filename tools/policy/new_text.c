/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "new_text.h"
#include "output.h"

static void comment(FILE *out, const struct starter *starter, const char *text)
{
	if (!starter->compact)
		fputs(text, out);
}

/* Everything of a volume may be used, for whatever the kernel reads. */
static void trust_all(FILE *out, const char *property)
{
	for (unsigned int op = 0; op < IPE_OP_COUNT; op++)
		fprintf(out, "op=%s %s action=ALLOW\n", ipe_op_name(op), property);
}

static void write_head(FILE *out, const struct starter *starter)
{
	comment(out, starter,
		"# A policy for Linux IPE, begun by 'ipectl policy new'.\n"
		"#\n"
		"#   ipectl policy lint FILE                                check it\n"
		"#   ipectl policy sign FILE --key KEY --cert CERTIFICATE   sign it\n"
		"#   ipectl policy load FILE.p7b                            load it\n"
		"#   ipectl policy activate NAME                            switch to it\n"
		"#\n"
		"# The first rule that applies decides. Raise the version with every change: an\n"
		"# update must be newer than what is loaded.\n");
	fprintf(out, "policy_name=%s policy_version=%s\n", starter->name, starter->version);
	comment(out, starter,
		"\n# What no rule allows is refused: programs and libraries (EXECUTE), kernel modules,\n"
		"# firmware, images for kexec, policies and certificates of IMA.\n");
	fputs("DEFAULT action=DENY\n", out);
	comment(out, starter,
		"\n# The initramfs. Let the boot loader verify it, or take these rules out.\n");
	trust_all(out, "boot_verified=TRUE");
}

static void write_volumes(FILE *out, const struct starter *starter)
{
	if (starter->dmverity_signature) {
		comment(out, starter,
			"\n# Volumes with dm-verity whose root hash is signed with a key that the kernel\n"
			"# trusts (veritysetup open --root-hash-signature=).\n");
		trust_all(out, "dmverity_signature=TRUE");
	}
	for (size_t i = 0; i < starter->root_hash_count; i++) {
		char *property = format_text("dmverity_roothash=%s", starter->root_hashes[i]);

		comment(out, starter, "\n# A volume with dm-verity and this root hash.\n");
		trust_all(out, property);
		free(property);
	}
}

struct sorted_file {
	const struct code_file *file;
	size_t digest_size;
	bool repeated;
};

static int compare_digests(const struct sorted_file *a, const struct sorted_file *b)
{
	int order = memcmp(a->file->digest, b->file->digest, a->digest_size);

	return order ? order : (a->file->op > b->file->op) - (a->file->op < b->file->op);
}

static int by_digest(const void *left, const void *right)
{
	const struct sorted_file *a = left;
	const struct sorted_file *b = right;
	int order = compare_digests(a, b);

	return order ? order : strcmp(a->file->path, b->file->path);
}

static int by_path(const void *left, const void *right)
{
	const struct sorted_file *a = left;
	const struct sorted_file *b = right;

	return strcmp(a->file->path, b->file->path);
}

/* The files that are code, each content once, in the order of their paths. */
static struct sorted_file *sort_files(const struct starter *starter, size_t *ret_count)
{
	struct sorted_file *sorted = allocate(starter->files.count, sizeof(*sorted));
	size_t count = 0;

	for (size_t i = 0; i < starter->files.count; i++)
		if (starter->files.item[i].op != IPE_OP_COUNT)
			sorted[count++] = (struct sorted_file){
				.file = &starter->files.item[i],
				.digest_size = starter->digest_size,
			};
	if (count > 1)
		qsort(sorted, count, sizeof(*sorted), by_digest);
	for (size_t i = 1; i < count; i++)
		sorted[i].repeated = compare_digests(&sorted[i - 1], &sorted[i]) == 0;
	if (count > 1)
		qsort(sorted, count, sizeof(*sorted), by_path);
	*ret_count = count;
	return sorted;
}

static void write_file_rule(FILE *out, const struct starter *starter, const struct code_file *file)
{
	char hex[2 * DIGEST_MAX + 1];

	format_hex(hex, file->digest, starter->digest_size);
	fprintf(out, "op=%s fsverity_digest=%s:%s action=ALLOW", ipe_op_name(file->op),
		starter->algorithm, hex);
	if (!starter->compact) {
		fputs(" # ", out);
		/* A line's end in a name would begin a rule. */
		print_escaped(out, file->path, strlen(file->path));
	}
	putc('\n', out);
}

static void write_files(FILE *out, const struct starter *starter)
{
	size_t count;
	struct sorted_file *sorted = sort_files(starter, &count);

	if (count > 0)
		comment(out, starter,
			"\n# Files with fs-verity and these contents, wherever they lie.\n");
	for (size_t i = 0; i < count; i++)
		if (!sorted[i].repeated)
			write_file_rule(out, starter, sorted[i].file);
	free(sorted);
}

void write_starter(FILE *out, const struct starter *starter)
{
	write_head(out, starter);
	write_volumes(out, starter);
	write_files(out, starter);
}
