// SPDX-License-Identifier: GPL-2.0-only
/* Makes a policy of what was written: verify, read, and note what records and decisions need. */
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "ipe.h"

void ipe_unload(struct ipe_loaded *loaded)
{
	if (IS_ERR_OR_NULL(loaded))
		return;
	ipe_remove_dir(loaded->dir);
	ipe_policy_free(loaded->policy);
	kvfree(loaded->lines.starts);
	kfree(loaded->name);
	ipe_core_free(loaded->own_text);
	ipe_core_free(loaded->file);
	kfree(loaded);
}

static void note_wanted(struct ipe_loaded *loaded)
{
	struct ipe_rule_view rule;
	enum ipe_digest_kind kind;
	struct ipe_digest digest;
	u32 number, i;

	for (number = 0; ipe_policy_get_rule(loaded->policy, number, &rule); number++) {
		struct ipe_wanted *wanted = &loaded->wanted[rule.op];

		wanted->flags |= rule.must_be_true | rule.must_be_false;
		for (i = 0; i < rule.digest_count; i++)
			if (ipe_policy_get_rule_digest(loaded->policy, number, i, &kind, &digest))
				wanted->digests |= 1U << kind;
	}
}

static int parse(struct ipe_loaded *loaded, struct ipe_span text, struct ipe_report *report)
{
	struct ipe_parse_options options = { .flags = IPE_PARSE_EXTENSIONS };
	struct ipe_parse_error why = {};
	struct ipe_span name;
	int error;

	get_random_bytes(options.seed, sizeof(options.seed));
	error = ipe_policy_parse(text.at, text.len, &options, &loaded->policy, &why);
	if (error) {
		report->line = why.line;
		report->column = why.column;
		report->message = why.sentence;
		return error;
	}
	name = ipe_policy_get_name(loaded->policy);
	loaded->name = kmemdup_nul(name.at, name.len, GFP_KERNEL);
	if (!loaded->name)
		return -ENOMEM;
	loaded->version = ipe_policy_get_version(loaded->policy);
	scnprintf(loaded->version_text, sizeof(loaded->version_text), "%u.%u.%u",
		  (u16)(loaded->version >> 32), (u16)(loaded->version >> 16), (u16)loaded->version);
	note_wanted(loaded);
	return ipe_lines_index(&loaded->lines, text);
}

static int copy_file(struct ipe_loaded *loaded, const char __user *data, size_t len)
{
	loaded->file = ipe_core_alloc(len);
	if (!loaded->file)
		return -ENOMEM;
	loaded->file_len = len;
	return copy_from_user(loaded->file, data, len) ? -EFAULT : 0;
}

struct ipe_loaded *ipe_load_signed(const char __user *data, size_t len, struct ipe_report *report)
{
	struct ipe_loaded *loaded = kzalloc(sizeof(*loaded), GFP_KERNEL);
	struct ipe_span text;
	int error;

	if (!loaded)
		return ERR_PTR(-ENOMEM);
	error = copy_file(loaded, data, len);
	if (!error)
		error = ipe_verify(loaded->file, len, &text);
	if (!error)
		error = parse(loaded, text, report);
	if (error) {
		ipe_unload(loaded);
		return ERR_PTR(error);
	}
	sha256(loaded->file, len, loaded->file_digest);
	return loaded;
}

struct ipe_loaded *ipe_load_plain(const char *text, size_t len, struct ipe_report *report)
{
	struct ipe_loaded *loaded = kzalloc(sizeof(*loaded), GFP_KERNEL);
	int error = -ENOMEM;

	if (!loaded)
		return ERR_PTR(-ENOMEM);
	loaded->own_text = ipe_core_alloc(len);
	if (loaded->own_text) {
		memcpy(loaded->own_text, text, len);
		error = parse(loaded, (struct ipe_span){ loaded->own_text, len }, report);
	}
	if (error) {
		ipe_unload(loaded);
		return ERR_PTR(error);
	}
	sha256(NULL, 0, loaded->file_digest);
	return loaded;
}
