// SPDX-License-Identifier: LGPL-2.1-or-later
#include "list_walk.h"

#include <stdlib.h>
#include <string.h>

/* As an implementation does that keeps what it has parsed: a list of rules, each with a list of
 * properties, each with what it is compared with.
 */
struct walk_property {
	struct walk_property *next;
	enum ipe_digest_kind kind;
	char *algorithm;
	uint8_t *bytes;
	size_t len;
};

struct walk_rule {
	struct walk_rule *next;
	enum ipe_action action;
	struct walk_property *properties;
};

static void free_property(struct walk_property *property)
{
	if (!property)
		return;
	free(property->algorithm);
	free(property->bytes);
	free(property);
}

static struct walk_property *new_property(const char *algorithm, const uint8_t *bytes, size_t len)
{
	struct walk_property *property = calloc(1, sizeof(*property));

	if (!property)
		return NULL;
	property->kind = IPE_DIGEST_FSVERITY_DIGEST;
	property->algorithm = strdup(algorithm);
	property->bytes = malloc(len);
	property->len = len;
	if (!property->algorithm || !property->bytes) {
		free_property(property);
		return NULL;
	}
	memcpy(property->bytes, bytes, len);
	return property;
}

struct walk_rule *walk_prepend(struct walk_rule *list, const char *algorithm, const uint8_t *bytes,
			       size_t len)
{
	struct walk_rule *rule = calloc(1, sizeof(*rule));

	if (!rule)
		return NULL;
	rule->next = list;
	rule->action = IPE_ACTION_ALLOW;
	rule->properties = new_property(algorithm, bytes, len);
	if (!rule->properties) {
		free(rule);
		return NULL;
	}
	return rule;
}

static bool property_holds(const struct walk_property *property, const struct ipe_facts *facts)
{
	const struct ipe_digest *digest = &facts->digest[property->kind].value;

	return facts->digest[property->kind].knowledge == IPE_PRESENT &&
	       digest->len == property->len &&
	       !strncmp(digest->algorithm.at, property->algorithm, digest->algorithm.len) &&
	       !memcmp(digest->bytes, property->bytes, property->len);
}

bool walk_decide(const struct walk_rule *list, const struct ipe_facts *facts)
{
	const struct walk_property *property;

	for (; list; list = list->next) {
		for (property = list->properties; property; property = property->next)
			if (!property_holds(property, facts))
				break;
		if (!property)
			return list->action == IPE_ACTION_ALLOW;
	}
	return false;
}

void walk_free(struct walk_rule *list)
{
	while (list) {
		struct walk_rule *next = list->next;

		free_property(list->properties);
		free(list);
		list = next;
	}
}
