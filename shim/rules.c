/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "rules.h"

#include <string.h>

#include "words.h"

/* Made of interpreters/NAME.toml: ipe_texts, ipe_entries_table, ipe_rules_table, ipe_programs. */
#include "interpreters.inc"

#define VERSION_STARTS "0123456789.- "
#define TRIPLET_END    "-linux-gnu-"

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

static bool is_version(const char *text)
{
	return !*text || !text[strspn(text, VERSION_STARTS)];
}

/* python3.11 is python, perl5.36.0-x86_64-linux-gnu is perl, gcc-12 is gcc; but ld-linux is not ld. */
static const struct ipe_entry *find_program(const char *name)
{
	const char *behind = strstr(name, TRIPLET_END);

	name = behind ? behind + strlen(TRIPLET_END) : name;
	for (size_t len = strlen(name); len > 0; len--) {
		const struct ipe_entry *found;

		if (name[len] && !strchr(VERSION_STARTS, name[len]))
			continue;
		found = ipe_find_entry(&programs, name, len);
		if (found && (found->kind < RULES_COUNT || is_version(name + len)))
			return found;
	}
	return NULL;
}

const struct ipe_rules *ipe_find_rules(const char *name)
{
	const struct ipe_entry *found = find_program(name);

	if (!found)
		return &ipe_unknown_rules;
	return found->kind < RULES_COUNT ? &rules_table[found->kind] : &ipe_no_rules;
}

const struct ipe_evidence *ipe_find_evidence(const char *name)
{
	const struct ipe_entry *found = find_program(name);
	const struct ipe_evidence *evidence;

	if (!found)
		return NULL;
	if (found->kind >= RULES_COUNT)
		return &families[found->kind - RULES_COUNT];
	evidence = &rules_table[found->kind].evidence;
	return *ipe_evidence_text(evidence, 0) ? evidence : NULL;
}

const char *ipe_evidence_text(const struct ipe_evidence *evidence, size_t number)
{
	return &texts[evidence->texts[number]];
}

static const struct ipe_rules *find_applet(const struct ipe_rules *rules, const char *name,
					   const struct ipe_rules *others)
{
	const struct ipe_entry *found = ipe_find_entry(&rules->applets, name, strlen(name));

	return found ? &rules_table[found->kind] : others;
}

const struct ipe_rules *ipe_find_rules_of_command(const char *name, int *argc, char ***argv)
{
	const struct ipe_rules *rules = ipe_find_rules(name);

	if (!(rules->traits & IPE_MULTI_CALL))
		return *argc > 0 ? find_applet(rules, ipe_last_part(**argv), rules) : rules;
	for (;; (*argc)--, (*argv)++) {
		name = *argc > 0 ? ipe_last_part(**argv) : "";
		name += *name == '-';
		if (ipe_find_rules(name) != rules || *argc < 2)
			return find_applet(rules, name, &ipe_no_rules);
	}
}
