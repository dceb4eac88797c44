/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "rules.h"

#include <string.h>

#include "words.h"

/* Made of interpreters/NAME.toml: ipe_texts, ipe_entries_table, ipe_rules_table, ipe_programs. */
#include "interpreters.inc"

#define VERSION_STARTS "0123456789.- "

const char *ipe_entry_text(const struct ipe_entry *entry)
{
	return &texts[entry->text];
}

static int compare(const struct ipe_entry *entry, const char *name, size_t len)
{
	const char *text = ipe_entry_text(entry);
	int order = strncmp(text, name, len);

	return order ? order : text[len] != '\0';
}

const struct ipe_entry *ipe_first_entry(const struct ipe_entries *range, const char *name,
					size_t len)
{
	size_t low = range->first, high = low + range->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare(&entries[middle], name, len) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return &entries[low];
}

const struct ipe_entry *ipe_last_entry(const struct ipe_entries *range)
{
	return &entries[range->first + range->count];
}

const struct ipe_entry *ipe_find_entry(const struct ipe_entries *range, const char *name,
				       size_t len)
{
	const struct ipe_entry *found = ipe_first_entry(range, name, len);

	return found < ipe_last_entry(range) && compare(found, name, len) == 0 ? found : NULL;
}

/* A module that is in a package of the table is as the package: asyncio.__main__. */
enum ipe_module ipe_find_module(const struct ipe_rules *rules, const char *name)
{
	for (size_t len = strlen(name); len > 0; len--) {
		const struct ipe_entry *found;

		if (name[len] && name[len] != '.')
			continue;
		found = ipe_find_entry(&rules->modules, name, len);
		if (found)
			return (enum ipe_module)found->kind;
	}
	return IPE_MODULE_HARMLESS;
}

/* python3.11 is python, perl5.36.0-x86_64-linux-gnu is perl; but [2 is nobody. */
const struct ipe_rules *ipe_find_rules(const char *name)
{
	size_t whole = strlen(name);

	for (size_t len = whole; len > 0; len--) {
		const struct ipe_entry *found;

		if (name[len] && !strchr(VERSION_STARTS, name[len]))
			continue;
		found = ipe_find_entry(&programs, name, len);
		if (found && found->kind < RULES_COUNT)
			return &rules_table[found->kind];
		if (found && len == whole)
			return &ipe_no_rules;
	}
	return &ipe_unknown_rules;
}

/* An applet that is not in the table interprets nothing. */
static const struct ipe_rules *find_applet(const struct ipe_rules *rules, const char *name)
{
	const struct ipe_entry *found = ipe_find_entry(&rules->applets, name, strlen(name));

	return found ? &rules_table[found->kind] : &ipe_no_rules;
}

const struct ipe_rules *ipe_find_rules_of_command(const char *name, int *argc, char ***argv)
{
	const struct ipe_rules *rules = ipe_find_rules(name);

	if (!(rules->traits & IPE_MULTI_CALL))
		return rules;
	for (;; (*argc)--, (*argv)++) {
		name = *argc > 0 ? ipe_last_part(**argv) : "";
		name += *name == '-';
		if (ipe_find_rules(name) != rules || *argc < 2)
			return find_applet(rules, name);
	}
}
