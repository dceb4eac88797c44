/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "output.h"
#include "status.h"

static void label(const char *name)
{
	printf("%-14s", name);
}

static const char *told(int fact, const char *yes, const char *no)
{
	switch (fact) {
	case YES:
		return yes;
	case NO:
		return no;
	case -EACCES:
	case -EPERM:
		return "hidden from you, ask as root";
	case -ENOENT:
		return "unknown until securityfs is mounted on /sys/kernel/security";
	default:
		return "unknown";
	}
}

static void print_policies(const struct ipe_facts *ipe)
{
	if (ipe->policies_error < 0) {
		label("policies");
		puts(told(ipe->policies_error, "", ""));
		return;
	}
	for (size_t i = 0; i < ipe->policy_count; i++) {
		const struct ipe_policy_facts *policy = &ipe->policies[i];

		label(i == 0 ? "policies" : "");
		print_name(policy->name);
		fputs(" version ", stdout);
		print_name(policy->version);
		printf(", active: %s\n", told(policy->active, "yes", "no"));
	}
	if (ipe->policy_count == 0) {
		label("policies");
		puts("none: IPE allows everything");
	}
}

static void print_ipe(const struct ipe_facts *ipe)
{
	label("modules");
	print_name(ipe->modules);
	putchar('\n');
	label("IPE");
	puts(told(ipe->present, "present", "not in use in this kernel"));
	if (ipe->present == NO)
		return;
	label("enforcing");
	puts(told(ipe->enforce, "yes", "no: permissive, refusals are only logged"));
	label("success audit");
	puts(told(ipe->success_audit, "yes", "no"));
	print_policies(ipe);
}

static void print_bit(const char *name, int bits, int bit, int lock)
{
	label("");
	printf("%-28s %s%s\n", name, bits & bit ? "set" : "not set", bits & lock ? ", locked" : "");
}

static void print_securebits(int bits)
{
	label("securebits");
	if (bits < 0) {
		printf("cannot be read, which counts as set: %s\n", strerror(-bits));
		return;
	}
	printf("0x%x\n", (unsigned int)bits);
	print_bit("SECBIT_EXEC_RESTRICT_FILE", bits, EXEC_RESTRICT_FILE, EXEC_RESTRICT_FILE_LOCKED);
	print_bit("SECBIT_EXEC_DENY_INTERACTIVE", bits, EXEC_DENY_INTERACTIVE,
		  EXEC_DENY_INTERACTIVE_LOCKED);
}

static void print_restrictions(const struct status *status)
{
	const struct ipe_restrictions *restrictions = &status->restrictions;
	const struct ipe_check *code = &status->inline_code;

	label("exec check");
	puts(restrictions->exec_check_known ? "known: this kernel has AT_EXECVE_CHECK"
					    : "unknown: AT_EXECVE_CHECK needs Linux 6.14");
	label("files");
	puts(restrictions->restrict_file ? "must pass the mmap probe and the exec probe"
					 : "must pass the mmap probe");
	label("configuration");
	puts(restrictions->bad_configuration ? "wrong or refused: ipectl config says where and why"
					     : "good, or none: ipectl config shows it");
	label("inline code");
	printf("%s: %s; the setting is %s\n", code->verdict == IPE_ALLOW ? "allow" : "deny",
	       ipe_reason_name(code->reason), inline_name(restrictions->inline_setting));
	label("anonymous");
	printf("executable memory without a file is %s\n",
	       restrictions->anonymous_allowed ? "allowed" : "refused");
}

static void print_engines(const struct engine_facts engines[static ENGINE_COUNT])
{
	printf("\n%-38s%-14s%-14s%s\n", "WHO JUDGES", "IN USE", "SEES MMAP", "SEES EXEC CHECK");
	for (size_t i = 0; i < ENGINE_COUNT; i++)
		printf("%-38s%-14s%-14s%s\n", engines[i].name,
		       engines[i].present < 0 ? "cannot tell"
		       : engines[i].present   ? "yes"
					      : "no",
		       sight_name(engines[i].mmap_probe), sight_name(engines[i].exec_probe));
}

void print_status_text(const struct status *status)
{
	print_summary(&status->ipe);
	putchar('\n');
	label("kernel");
	printf("%s %s\n", status->kernel.release, status->kernel.machine);
	print_ipe(&status->ipe);
	print_securebits(status->securebits);
	print_restrictions(status);
	print_engines(status->engines);
}
