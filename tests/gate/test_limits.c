/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A check that cannot be made for want of memory, mappings or descriptors is a refusal. */
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "gate.h"

static struct ipe_check check;

static void limit(__rlimit_resource_t resource, rlim_t value)
{
	ck_assert_int_eq(setrlimit(resource, &(struct rlimit){ value, value }), 0);
}

START_TEST(without_address_space_a_file_is_refused)
{
	int fd = new_script("script", 0644);

	limit(RLIMIT_AS, 0);
	check = judged(fd);
	assert_verdict(check, IPE_DENY, IPE_REASON_RESOURCE);
	ck_assert_int_eq(check.mmap_probe, -ENOMEM);
}
END_TEST

START_TEST(without_descriptors_nothing_is_opened_but_what_is_open_is_judged)
{
	int fd = new_script("script", 0644);

	limit(RLIMIT_NOFILE, 0);
	ck_assert_int_eq(try_open("script", &check), -EMFILE);
	ck_assert_int_eq(check.verdict, IPE_DENY);
	check = judged(fd);
	assert_verdict(check, IPE_ALLOW, IPE_REASON_ALLOWED);
}
END_TEST

START_TEST(without_descriptors_the_configuration_is_unknown_and_inline_code_refused)
{
	limit(RLIMIT_NOFILE, 0);
	ck_assert_int_eq(ipe_check_inline(&check), 0);
	assert_verdict(check, IPE_DENY, IPE_REASON_BAD_CONFIGURATION);
}
END_TEST

/* Neighbours with different protections are mappings of their own. */
static void use_up_mappings(void)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE), pages = 1 << 18;
	char *area = mmap(NULL, pages * page, PROT_NONE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	ck_assert_ptr_ne(area, MAP_FAILED);
	for (size_t i = 1; i < pages; i += 2)
		if (mprotect(area + i * page, page, PROT_READ) < 0)
			break;
	ck_assert_int_eq(errno, ENOMEM);
	while (mmap(NULL, page, PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED)
		mmap(NULL, page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

START_TEST(without_mappings_a_file_is_refused)
{
	int fd = new_script("script", 0644);

	errno = 0;
	use_up_mappings();
	check = judged(fd);
	assert_verdict(check, IPE_DENY, IPE_REASON_RESOURCE);
}
END_TEST

static const char *find_obstacle(void)
{
	FILE *file = fopen("/proc/sys/vm/max_map_count", "re");
	int mappings = 0;
	const char *obstacle = gate_obstacle();

	if (file && fscanf(file, "%d", &mappings) != 1)
		mappings = 0;
	if (file)
		fclose(file);
	if (!obstacle && (mappings <= 0 || mappings > 1 << 17))
		obstacle = "vm.max_map_count is too large to use up";
	return obstacle;
}

int main(void)
{
	TCase *limits = tcase_create("limits");
	const char *obstacle;
	int status;

	tcase_add_test(limits, without_address_space_a_file_is_refused);
	tcase_add_test(limits, without_descriptors_nothing_is_opened_but_what_is_open_is_judged);
	tcase_add_test(limits,
		       without_descriptors_the_configuration_is_unknown_and_inline_code_refused);
	tcase_add_test(limits, without_mappings_a_file_is_refused);
	gate_enter();
	obstacle = find_obstacle();
	status = obstacle ? skip_all(obstacle) : run_case(limits, "limits");
	gate_leave();
	return status;
}
