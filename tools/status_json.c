/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdio.h>
#include <string.h>

#include "output.h"
#include "status.h"

/* null is what cannot be seen. */
static json_t *told(int fact)
{
	return fact < 0 ? json_null() : json_boolean(fact == YES);
}

static json_t *modules_array(const char *modules)
{
	json_t *array;

	if (!modules)
		return json_null();
	array = json_array();
	while (*modules) {
		size_t len = strcspn(modules, ",");

		json_add(array, json_stringn(modules, len));
		modules += len;
		modules += *modules == ',';
	}
	return array;
}

static json_t *inline_object(const struct ipe_check *check)
{
	json_t *object = json_object();

	json_put_string(object, "verdict", check->verdict == IPE_ALLOW ? "allow" : "deny");
	json_put_string(object, "reason", ipe_reason_name(check->reason));
	return object;
}

static json_t *policies_array(const struct ipe_facts *ipe)
{
	json_t *array;

	if (ipe->policies_error < 0 || ipe->present == NO)
		return json_null();
	array = json_array();
	for (size_t i = 0; i < ipe->policy_count; i++) {
		json_t *policy = json_object();

		json_put_name(policy, "name", ipe->policies[i].name);
		json_put_name(policy, "version", ipe->policies[i].version);
		json_put(policy, "active", told(ipe->policies[i].active));
		json_add(array, policy);
	}
	return array;
}

static json_t *ipe_object(const struct ipe_facts *ipe)
{
	json_t *object = json_object();
	bool absent = ipe->present == NO;

	json_put(object, "present", told(ipe->present));
	json_put(object, "enforce", absent ? json_null() : told(ipe->enforce));
	json_put(object, "success_audit", absent ? json_null() : told(ipe->success_audit));
	json_put(object, "policies", policies_array(ipe));
	return object;
}

static json_t *securebits_object(int bits)
{
	json_t *object;

	if (bits < 0)
		return json_null();
	object = json_object();
	json_put(object, "value", json_integer(bits));
	json_put(object, "exec_restrict_file", json_boolean(bits & EXEC_RESTRICT_FILE));
	json_put(object, "exec_restrict_file_locked",
		 json_boolean(bits & EXEC_RESTRICT_FILE_LOCKED));
	json_put(object, "exec_deny_interactive", json_boolean(bits & EXEC_DENY_INTERACTIVE));
	json_put(object, "exec_deny_interactive_locked",
		 json_boolean(bits & EXEC_DENY_INTERACTIVE_LOCKED));
	return object;
}

static json_t *restrictions_object(const struct ipe_restrictions *restrictions)
{
	json_t *object = json_object();

	json_put(object, "restrict_file", json_boolean(restrictions->restrict_file));
	json_put(object, "deny_interactive", json_boolean(restrictions->deny_interactive));
	json_put(object, "exec_check_known", json_boolean(restrictions->exec_check_known));
	json_put(object, "anonymous_allowed", json_boolean(restrictions->anonymous_allowed));
	json_put_string(object, "inline_setting", inline_name(restrictions->inline_setting));
	json_put(object, "bad_configuration", json_boolean(restrictions->bad_configuration));
	json_put(object, "eval_is_inline", json_boolean(restrictions->eval_is_inline));
	return object;
}

static json_t *engines_array(const struct engine_facts engines[static ENGINE_COUNT])
{
	json_t *array = json_array();

	for (size_t i = 0; i < ENGINE_COUNT; i++) {
		json_t *engine = json_object();

		json_put_string(engine, "name", engines[i].name);
		json_put(engine, "in_use", told(engines[i].present));
		json_put_string(engine, "mmap_probe", sight_name(engines[i].mmap_probe));
		json_put_string(engine, "exec_probe", sight_name(engines[i].exec_probe));
		json_add(array, engine);
	}
	return array;
}

void print_status_json(const struct status *status)
{
	json_t *object = json_object();

	json_put_string(object, "version", IPE_VERSION);
	json_put(object, "enforced", told(ipe_is_enforced(&status->ipe)));
	json_put_name(object, "kernel", status->kernel.release);
	json_put_name(object, "machine", status->kernel.machine);
	json_put(object, "modules", modules_array(status->ipe.modules));
	json_put(object, "ipe", ipe_object(&status->ipe));
	json_put(object, "securebits", securebits_object(status->securebits));
	json_put(object, "restrictions", restrictions_object(&status->restrictions));
	json_put(object, "inline", inline_object(&status->inline_code));
	json_put(object, "engines", engines_array(status->engines));
	json_print(object);
	putchar('\n');
	json_decref(object);
}
