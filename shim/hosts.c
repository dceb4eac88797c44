/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which interpreters are in this program, and whether their adapters find what they need. */
#include <string.h>

#include "shim.h"
#include "text.h"
#include "words.h"

#define MISSING_SIZE   512
#define NAME_SIZE      128

#define IPE_HOST(name) extern const struct ipe_host ipe_host_##name;
#include "hosts.def"
#undef IPE_HOST

static const struct ipe_host *const known_hosts[] = {
#define IPE_HOST(name) &ipe_host_##name,
#include "hosts.def"
};

#define HOST_COUNT (sizeof(known_hosts) / sizeof(known_hosts[0]))

/* Each may add one. */
_Static_assert(2 * HOST_COUNT <= IPE_HOSTS_MAX, "every adapter can be active");

static bool is_named(const struct ipe_host *host)
{
	const char *programs = host->programs;
	struct ipe_word word;

	while (ipe_next_word(&programs, &word)) {
		char name[NAME_SIZE] = { 0 };
		const struct ipe_rules *rules;

		if (word.len >= sizeof(name))
			continue;
		memcpy(name, word.start, word.len);
		rules = ipe_find_rules(name);
		if (rules != &ipe_unknown_rules && rules == ipe_shim.rules)
			return true;
	}
	return false;
}

static bool has_symbol(const struct ipe_host *host)
{
	for (size_t i = 0; i < host->symbol_count; i++)
		if (host->symbols[i].address && host->symbols[i].need != IPE_NOT_OWN)
			return true;
	return false;
}

static bool is_installed(const struct ipe_host *host)
{
	for (size_t i = 0; i < ipe_shim.host_count; i++)
		if (ipe_shim.hosts[i].host == host)
			return true;
	return false;
}

static void add_name(struct ipe_text *list, const char *name, const char *separator)
{
	if (list->len > 0)
		ipe_text_add(list, separator);
	ipe_text_add(list, name);
}

/* Adds the names of what is missing, and returns the function that tells the object. */
static const void *find_missing(const struct ipe_host *host, struct ipe_text *missing)
{
	const void *anchor = NULL;
	bool wants_one = false, has_one = false;

	for (size_t i = 0; i < host->symbol_count; i++) {
		const struct ipe_symbol *symbol = &host->symbols[i];

		if (symbol->need == IPE_TELLS)
			continue;
		if (symbol->address && !anchor)
			anchor = symbol->address;
		if (symbol->need == IPE_ALTERNATIVE) {
			wants_one = true;
			has_one = has_one || symbol->address;
		} else if (!symbol->address) {
			add_name(missing, symbol->name, ", ");
		}
	}
	for (size_t i = 0; wants_one && !has_one && i < host->symbol_count; i++)
		if (host->symbols[i].need == IPE_ALTERNATIVE)
			add_name(missing, host->symbols[i].name, " or ");
	return anchor;
}

static void refuse(const struct ipe_host *host, const char *reason, const char *first,
		   const char *second, const char *third)
{
	char buf[MISSING_SIZE + 256];
	struct ipe_text advice = { buf, sizeof(buf) - 1, 0 };

	ipe_text_add(&advice, first);
	ipe_text_add(&advice, second);
	ipe_text_add(&advice, third);
	buf[advice.len] = '\0';
	ipe_shim_report_other(host->name, reason, buf);
	ipe_shim_refuse_program();
}

void ipe_host_add(const struct ipe_host *host, const void *address)
{
	ipe_shim.hosts[ipe_shim.host_count].object = ipe_shim_object(address);
	ipe_shim.hosts[ipe_shim.host_count++].host = host;
}

static void install(const struct ipe_host *host)
{
	char buf[MISSING_SIZE];
	struct ipe_text missing = { buf, sizeof(buf) - 1, 0 };
	const void *anchor = find_missing(host, &missing);

	buf[missing.len] = '\0';
	if (missing.len > 0)
		refuse(host, "no-symbols",
		       "The shim would ask it about its code by what it lacks: ", buf,
		       "; take a version of ipe-enlighten that knows it, or one of it that has "
		       "them.");
	if (host->install && !host->install())
		refuse(host, "no-hooks", "It does not let itself be asked about its code.", "", "");
	ipe_host_add(host, anchor);
}

bool ipe_shim_is_needed(const struct ipe_open *open)
{
	for (size_t i = 0; i < ipe_shim.host_count; i++) {
		const struct ipe_host *host = ipe_shim.hosts[i].host;

		if (host->needs && ipe_is_in(&ipe_shim.hosts[i].object, open->caller) &&
		    host->needs(open))
			return true;
	}
	return false;
}

bool ipe_shim_has_adapter(const void *caller)
{
	for (size_t i = 0; i < ipe_shim.host_count; i++)
		if (ipe_is_in(&ipe_shim.hosts[i].object, caller))
			return true;
	return false;
}

void ipe_shim_install_hosts(void)
{
	for (size_t i = 0; i < HOST_COUNT; i++)
		if (has_symbol(known_hosts[i]))
			install(known_hosts[i]);
}

void ipe_shim_install_named_hosts(void)
{
	for (size_t i = 0; i < HOST_COUNT; i++)
		if (is_named(known_hosts[i]) && !is_installed(known_hosts[i]))
			install(known_hosts[i]);
}
